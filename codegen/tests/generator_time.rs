//! How long the generator takes for the networks of MLPerf Tiny on Cortex-M4, in every way to optimise: what the project promises is
//! less than a second, from the file's bytes to the module's text.
//!
//! `cargo test --release -p tinyml-codegen --no-default-features --features tflite --test generator_time` holds it to that. A build without
//! optimisation has twenty seconds, and says so.

#![cfg(feature = "tflite")]

#[path = "support/models.rs"]
mod models;

use std::io::Write;
use std::time::{Duration, Instant};

use tinyml_codegen::config::Options;
use tinyml_codegen::module;
use tinyml_codegen::source::Source;

const LIMIT: Duration = Duration::from_secs(if cfg!(debug_assertions) { 20 } else { 1 });

/// The fastest counts: how busy the machine is beside, is not the generator's.
const TRIES: usize = if cfg!(debug_assertions) { 1 } else { 3 };

const MODES: [&[(&str, &str)]; 5] = [
    &[("optimise", "speed")],
    &[("optimise", "balanced")],
    &[("optimise", "size")],
    &[("optimise", "ram")],
    &[("optimise", "ram"), ("input", "rows")],
];

/// The text of the module with these options, and the time that it took.
fn generate(source: &Source, mode: &[(&str, &str)]) -> (String, Duration) {
    let mut options = Options::default();
    for (name, value) in [("core", "cortex-m4")].iter().chain(mode) {
        options.set(name, value).unwrap_or_else(|fault| panic!("{fault}"));
    }
    let begin = Instant::now();
    let module = module::compile(source, &options, &module::default_runtime());
    let text = module.unwrap_or_else(|faults| panic!("{faults}")).items().to_string();
    (text, begin.elapsed())
}

/// Generates the model's code in every mode; one that has no `rows` cannot be fed by them.
fn check(source: &Source, has_rows: bool) {
    let modes = if has_rows { MODES.as_slice() } else { &MODES[..4] };
    for mode in modes {
        let runs: Vec<_> = (0..TRIES).map(|_| generate(source, mode)).collect();
        let least = runs.iter().map(|(_, time)| *time).min().unwrap_or_default();
        assert!(least < LIMIT, "{} with {mode:?} took {least:?}", source.name());
        // What is remembered of one run must not make the next another one.
        assert!(runs.windows(2).all(|pair| pair[0].0 == pair[1].0), "{mode:?}: the same model, other code");
    }
}

/// Checks the network of this number.
fn network(number: usize, has_rows: bool) {
    // Past the test harness, which captures what `eprintln!` writes.
    let say = |line: String| std::io::stderr().write_all(line.as_bytes()).expect("standard error is open");
    if cfg!(debug_assertions) {
        let seconds = LIMIT.as_secs();
        say(format!("{}: NOT OPTIMISED, so the limit is {seconds} s and not 1 s\n", models::SHAPES[number]));
    }
    check(&models::case(models::SHAPES[number]), has_rows);
    match models::of_zoo(models::ZOO[number]) {
        Some(source) => check(&source, has_rows),
        None => say(format!("SKIPPED {}: TINYML_MODEL_ZOO is not set\n", models::ZOO[number])),
    }
}

#[test]
fn keyword_spotting() {
    network(0, true);
}

#[test]
fn image_classification() {
    network(1, true);
}

#[test]
fn visual_wake_words() {
    network(2, true);
}

#[test]
fn anomaly_detection() {
    network(3, false);
}
