//! What the fuzzer runs: for each format that the compiler reads from outside, a function of bytes that must end without a panic,
//! whatever the bytes are.
//!
//! The functions know nothing of a fuzzer, so that its corpus (`fuzz/corpus`) can be replayed by ordinary tests on stable Rust.
//! `fuzz/` makes programs of libFuzzer's of them, `cargo xtask fuzz` runs those.
//!
//! What is wrong is said by a panic: of the compiler, or of a check here. The checks are in `examine`: a message that calls itself a
//! bug, generated code that does not parse, a pass that changes a result.

mod board;
mod examine;
mod hostile;
mod ir;
mod npz;
mod onnx;
mod protobuf;
mod random;
mod tflite;
mod words;

/// One thing that is fuzzed.
#[derive(Clone, Copy)]
pub struct Target {
    /// The name of the program in `fuzz/` and of the folder in `fuzz/corpus`.
    pub name: &'static str,
    /// Panics if the bytes show a fault.
    pub run: fn(&[u8]),
    /// Changes bytes so that they stay what the target reads; none where single bytes may change freely.
    pub mutate: Option<Mutate>,
    /// The Rust file of the model, if the bytes are one that compiles.
    pub generate: Option<Generate>,
}

/// Changes the bytes, which may become longer; the number decides how.
pub type Mutate = fn(&mut Vec<u8>, u32);

/// From bytes to code, if there is any.
pub type Generate = fn(&[u8]) -> Option<String>;

/// All targets.
pub const TARGETS: [Target; 7] =
    [tflite::FILE, tflite::GRAPH, onnx::FILE, onnx::GRAPH, npz::TARGET, ir::TARGET, board::TARGET];

/// The target of that name.
pub fn target(name: &str) -> Option<Target> {
    TARGETS.into_iter().find(|target| target.name == name)
}
