//! How the generator's time grows with the size of a model, from the file's bytes to the formatted module, on Cortex-M4.
//!
//! A network of each kind is compiled at a size that real models have and at a quarter of it. Four times the size may take a little
//! more than four times as long; a loop in a loop would take sixteen. What counts is the time that the thread itself has run, so
//! that a busy machine decides nothing. `cargo xtask generator-time` writes the table in docs/benchmarks.md by the same networks.

#![cfg(all(feature = "tflite", target_os = "linux"))]

mod families;
#[path = "../../src/import/tflite/test/builder.rs"]
#[allow(dead_code)]
mod flatbuffer;
mod limits;
mod network;

use std::io::Write;
use std::time::Duration;

use families::{FAMILIES, Family};
use network::Numbers;
use tinyml_codegen::config::Options;
use tinyml_codegen::module::{self, Module};
use tinyml_codegen::source::Source;

/// An unoptimised generator may take four times as long.
const SLOWER: u32 = if cfg!(debug_assertions) { 4 } else { 1 };

/// More than `n log n` gives for four times the size (five to six), and far less than a square (sixteen).
const MOST_GROWTH: f64 = 9.0;

/// Below this a quarter is not measured but noise.
const LEAST: Duration = Duration::from_millis(20);

/// Compiles a network for a core.
fn compile(bytes: Vec<u8>, settings: &[(&str, &str)]) -> Module {
    let source = Source { path: "grown.tflite".into(), bytes };
    let mut options = Options::default();
    for (name, value) in settings {
        options.set(name, value).unwrap_or_else(|fault| panic!("{fault}"));
    }
    module::compile(&source, &options, &module::default_runtime()).unwrap_or_else(|faults| panic!("{faults}"))
}

/// The least time of a few tries to generate a network of a size.
fn generate(family: &Family, size: usize) -> Duration {
    let precision = if family.numbers == Numbers::Float { "f32" } else { "int8" };
    let file = (family.build)(size);
    let once = || {
        let begin = processor_time();
        let settings = [("core", "cortex-m4"), ("precision", precision), ("optimise", family.optimise)];
        let module = compile(file.clone(), &settings);
        _ = module.to_file().unwrap_or_else(|faults| panic!("{faults}"));
        processor_time() - begin
    };
    let first = once();
    if first < Duration::from_millis(500) { first.min(once()) } else { first }
}

/// How long this thread has run.
fn processor_time() -> Duration {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").expect("Linux says it");
    let nanoseconds = text.split(' ').next().and_then(|first| first.parse().ok());
    Duration::from_nanos(nanoseconds.expect("a number"))
}

/// Past the test harness, which captures what `eprintln!` writes.
fn say(line: &str) {
    std::io::stderr().write_all(line.as_bytes()).expect("standard error is open");
}

#[test]
fn time_does_not_grow_with_the_square() {
    let mut faults = Vec::new();
    for family in FAMILIES {
        let [quarter, whole] = [family.size / 4, family.size].map(|size| generate(family, size));
        let growth = whole.as_secs_f64() / quarter.max(LEAST).as_secs_f64();
        let limit = family.limit * SLOWER;
        if growth > MOST_GROWTH || whole > limit {
            faults.push(format!(
                "{}, {} {}: {whole:.2?} of {limit:?}, {growth:.1} times a quarter's\n",
                family.name, family.size, family.unit
            ));
        }
    }
    assert!(faults.is_empty(), "{}", faults.concat());
}

/// The table in docs/benchmarks.md.
#[test]
#[ignore = "prints a table, which `cargo xtask generator-time` puts into the documentation"]
fn table() {
    say("| network | size | 1/16 | 1/4 | whole | ×4 |\n|---|---|---|---|---|---|\n");
    for family in FAMILIES {
        let sizes = [family.size / 16, family.size / 4, family.size, 4 * family.size];
        let times = sizes.map(|size| {
            let time = generate(family, size);
            if time < Duration::from_secs(1) {
                format!("{} ms", time.as_millis())
            } else {
                format!("{:.1} s", time.as_secs_f64())
            }
        });
        say(&format!("| {} | {} {} | {} |\n", family.name, family.size, family.unit, times.join(" | ")));
    }
}
