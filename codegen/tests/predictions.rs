//! Predicted cycles against those that the emulator measured: docs/benchmarks/mcu.json and, with `TINYML_MODEL_ZOO`, mlperf-tiny.json.
//!
//! None of these models is among those that the cost models were fitted to (tests/cost-models).

#[path = "support/models.rs"]
#[allow(dead_code)]
mod models;

use std::fs;

use models::root;
use serde_json::Value;
use tinyml_codegen::config::Options;
use tinyml_codegen::pipeline;
use tinyml_codegen::selection;
use tinyml_codegen::source::Source;
use tinyml_codegen::target::Core;

/// By how many in a hundred a prediction may be off. On Cortex-M4 it is a promise.
const BOUNDS: [(&str, &str, f64); 7] = [
    ("m0", "armv6m", 15.0),
    ("m3", "armv7m", 15.0),
    ("m4", "armv7em", 15.0),
    // Judged by the same cycle table without dual issue.
    ("m7", "armv7em", 15.0),
    ("m33", "armv8m", 15.0),
    // Instructions.
    ("m55", "armv81m", 25.0),
    ("rv32", "riscv32", 15.0),
];

/// Predicted cycles of a model on each core.
fn predicted(source: &Source, options: &Options) -> Vec<(&'static str, u64)> {
    let optimised =
        pipeline::optimise(source, options, &mut |_, _| {}).unwrap_or_else(|faults| panic!("{faults}"));
    let of_core = |&(core, family, _): &(&'static str, &str, f64)| {
        let family = Core::from_name(family).expect("a family");
        let kernels = selection::kernels(&optimised.graph, family, options.optimise);
        let kernels = kernels.unwrap_or_else(|faults| panic!("{faults}"));
        let cost = |choice: &tinyml_codegen::kernel::KernelChoice| choice.cost.map(|cost| cost.cycles);
        let all: Option<u64> = kernels.iter().flatten().map(cost).sum();
        (core, all.unwrap_or_else(|| panic!("{}: a kernel without a cost model", source.name())))
    };
    BOUNDS.iter().map(of_core).collect()
}

/// Compares with a file of measurements; what is off by more than allowed, and how much was compared.
fn compare(file: &str, model: &str, predicted: &[(&str, u64)]) -> (Vec<String>, usize) {
    let path = root().join("docs/benchmarks").join(file);
    let text = fs::read_to_string(&path).unwrap_or_else(|fault| panic!("{}: {fault}", path.display()));
    let baseline: Value = serde_json::from_str(&text).unwrap_or_else(|fault| panic!("{file}: {fault}"));
    let all = baseline["measurements"].as_array().expect("measurements");
    let (mut off, mut compared) = (Vec::new(), 0);
    for &(core, predicted) in predicted {
        // Figures of another mode than the default name it.
        let is_own = |one: &&Value| one["model"] == model && one["core"] == core && one["mode"].is_null();
        let own = all.iter().find(is_own);
        let Some(own) = own else { continue };
        let figure = if core == "m55" { "instructions" } else { "cycles" };
        let measured = own[figure].as_u64().expect("a number");
        let error = 100.0 * (predicted as f64 / measured as f64 - 1.0);
        let bound = BOUNDS.iter().find(|(known, ..)| *known == core).map_or(0.0, |(.., bound)| *bound);
        compared += 1;
        println!("{model} on {core}: predicted {predicted}, measured {measured}, {error:+.1} %");
        if error.abs() > bound {
            off.push(format!("{model} on {core}: predicted {predicted}, measured {measured}: {error:+.1} %, allowed {bound} %"));
        }
    }
    (off, compared)
}

#[cfg(feature = "tflite")]
#[test]
fn the_shapes_of_mlperf_tiny_are_predicted() {
    let mut off = Vec::new();
    for model in models::SHAPES {
        let source = models::case(model);
        let (own, compared) = compare("mcu.json", model, &predicted(&source, &Options::default()));
        assert_eq!(compared, BOUNDS.len(), "{model}");
        off.extend(own);
    }
    assert!(off.is_empty(), "{}", off.join("\n"));
}

#[cfg(feature = "onnx")]
#[test]
fn the_keyword_spotter_is_predicted() {
    let mut options = Options::default();
    let folder = root().join("examples/models");
    options.set("calibration", &folder.join("kws.calibration.npz").to_string_lossy()).expect("an option");
    let source = Source::read(folder.join("kws.onnx")).unwrap_or_else(|faults| panic!("{faults}"));
    let (off, compared) = compare("mcu.json", "kws", &predicted(&source, &options));
    assert_eq!(compared, BOUNDS.len());
    assert!(off.is_empty(), "{}", off.join("\n"));
}

#[cfg(feature = "tflite")]
#[test]
fn the_models_of_mlperf_tiny_are_predicted() {
    let mut off = Vec::new();
    for model in models::ZOO {
        let Some(source) = models::of_zoo(model) else {
            eprintln!("TINYML_MODEL_ZOO is not set: the models of MLPerf Tiny themselves are NOT compared");
            return;
        };
        let (own, compared) = compare("mlperf-tiny.json", model, &predicted(&source, &Options::default()));
        assert!(compared > 0, "{model} is not among the measurements");
        off.extend(own);
    }
    assert!(off.is_empty(), "{}", off.join("\n"));
}
