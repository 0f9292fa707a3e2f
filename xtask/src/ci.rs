//! `cargo xtask ci`.

use crate::runner::Step;
use crate::{runner, steps};

pub(crate) fn run() -> Result<(), String> {
    steps::announce_zoo()?;
    let outcome = runner::run(&all());
    steps::announce_zoo()?;
    outcome
}

/// What is published.
const PACKAGES: &str =
    "package -p tinyml-arith -p tinyml-boards -p tinyml-codegen -p tinyml-macros -p tinyml-runtime";

/// The quick steps first. Each clippy step after the first is a set of features that some user builds with.
fn all() -> Vec<Step> {
    let mut steps = vec![
        Step::cargo("format", "fmt --all --check"),
        Step::cargo("unsafe code is what docs/safety.md says", "xtask unsafe"),
        Step::cargo("lints", "clippy --workspace --all-targets -- -D warnings"),
        Step::cargo(
            "lints: compiler without formats",
            "clippy -p tinyml-codegen --no-default-features -- -D warnings",
        ),
        Step::cargo(
            "lints: compiler with TFLite",
            "clippy -p tinyml-codegen --no-default-features --features tflite -- -D warnings",
        ),
        Step::cargo(
            "lints: compiler with ONNX",
            "clippy -p tinyml-codegen --no-default-features --features onnx -- -D warnings",
        ),
        Step::cargo("lints: bare runtime", "clippy -p tinyml-runtime --no-default-features -- -D warnings"),
        // The command and the runtime's library are both called `tinyml`, so only one of them can be documented.
        Step::cargo("documentation", "doc --workspace --no-deps --lib").env("RUSTDOCFLAGS", "-D warnings"),
    ];
    steps.extend(steps::tests());
    steps.extend([
        // As a registry would get them, each built from its own package.
        Step::cargo("packages", PACKAGES),
        Step::cargo("random models build", "xtask random-builds"),
        Step::cargo("ONNX node tests", "xtask onnx-suite"),
        Step::cargo("kernels under AddressSanitizer", "xtask sanitize"),
        Step::cargo("lints: firmware", "xtask firmware --lints"),
        Step::cargo("README: kws-host", "run --release -p kws-host"),
        Step::cargo("README: kws-firmware", "xtask kws-firmware"),
        Step::cargo("README: wake-word", "run --release -p wake-word"),
        Step::cargo("README: wake-word-firmware", "xtask wake-word-firmware"),
        Step::cargo("README: Embassy", "xtask embassy-firmware"),
        Step::cargo("firmware of the boards", "xtask boards-firmware"),
        Step::cargo("benchmarks: instructions on microcontrollers", "xtask mcu-bench --check"),
    ]);
    steps
}
