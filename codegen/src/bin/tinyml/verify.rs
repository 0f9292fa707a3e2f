//! `tinyml verify`: the generated code, built and run, against the model's reference.
//!
//! Integers are compared with the interpreter, whose arithmetic is the reference's: every byte must agree. Float ONNX models are also
//! compared with an engine that is not ours, where the command has one: f32 outputs must agree with it, and beside integers it shows what
//! quantising costs.

mod engine;
mod scratch;

use serde_json::json;
use tinyml_codegen::data;
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics};
use tinyml_codegen::ir::interpret::Interpreter;
use tinyml_codegen::ir::{DType, Graph, Value};
use tinyml_codegen::module;

use crate::arguments::{VerifyArgs, source};
use crate::output::{self, progress};

pub(crate) fn run(arguments: &VerifyArgs) -> Result<(), Diagnostics> {
    let options = arguments.model.options.options()?;
    let model = source(&arguments.model.model)?;
    let bar = progress("compiling the model");
    let module = module::compile(&model, &options, &module::default_runtime())?;
    let graph = &module.optimised.graph;
    let samples = match &arguments.data {
        Some(path) => data::examples(graph, path)?,
        None => random(graph, arguments.samples),
    };
    bar.set_message("building the generated code");
    let found = scratch::run(&module, &samples)?;
    bar.set_message("comparing");
    let mut differing = 0;
    let mut elements = 0;
    let mut largest = 0.0f64;
    // As the generated code: a model with state takes the samples as the steps of one sequence.
    let mut interpreter = Interpreter::new(graph);
    for (sample, found) in samples.iter().zip(&found) {
        let expected = interpreter.run(sample)?;
        for (found, expected) in found.iter().zip(&expected) {
            let (found, expected) = (numbers(found), numbers(expected));
            for (a, b) in found.iter().zip(&expected) {
                elements += 1;
                // Floats may differ in the last bits, since the kernels sum in another order.
                let tolerance = if graph_is_float(graph) { 1e-5 * b.abs().max(1.0) } else { 0.0 };
                differing += usize::from((a - b).abs() > tolerance || a.is_nan() != b.is_nan());
                largest = largest.max((a - b).abs());
            }
        }
    }
    let applies = engine::applies(&model, &module);
    let beside = if applies { engine::compare(&model, &module, &samples, &found)? } else { None };
    bar.finish_and_clear();
    output::notes(&module.optimised.notes);
    if arguments.json {
        output::print_json(&json!({
            "samples": samples.len(),
            "elements": elements,
            "differing": differing,
            "largest_difference": largest,
            "engine": beside,
        }))?;
    } else {
        output::print(&format!(
            "{}: {} of {elements} output elements agree with the reference in {} samples (largest difference {:?})\n",
            graph.name,
            elements - differing,
            samples.len(),
            largest as f32
        ))?;
        match beside {
            Some(beside) => output::print(&format!(
                "beside tract, which runs the float model: largest difference {:?} of outputs up to {:?}, \
                 the largest output is the same in {} of {} samples
",
                beside.largest_difference as f32,
                beside.largest_output as f32,
                beside.same_largest,
                beside.samples
            ))?,
            None if applies => output::print(
                "not compared with an engine that is not ours: install the command with `--features oracle` for that (it takes \
                 minutes to build)
",
            )?,
            None => {}
        }
    }
    if graph_is_float(graph) && beside.is_some_and(|beside| !beside.is_rounding()) {
        return Err(Diagnostic::error("the generated code and tract disagree on the model")
            .help("one of the two is wrong: please report it with the model")
            .into());
    }
    match differing {
        0 => Ok(()),
        _ => Err(Diagnostic::error(format!(
            "{differing} output elements of the generated code differ from the reference"
        ))
        .help("this is a bug of the compiler: please report it with the model")
        .into()),
    }
}

fn graph_is_float(graph: &Graph) -> bool {
    graph.outputs.iter().any(|port| graph.ty(port.tensor).dtype == DType::F32)
}

fn numbers(value: &Value) -> Vec<f64> {
    match value.as_f32() {
        Some(data) => data.iter().map(|&x| x.into()).collect(),
        None => value.integers().unwrap_or_default().iter().map(|&x| x as f64).collect(),
    }
}

/// Seeded random inputs over the whole range of integers, or [-1, 1).
fn random(graph: &Graph, count: usize) -> Vec<Vec<Value>> {
    let mut state = 0x9e37_79b9_7f4a_7c15u64;
    // SplitMix64: any sequence does, as long as it is the same every time.
    let mut next = move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let mut input = |ty: &tinyml_codegen::ir::TensorType| {
        let count = ty.shape.elements();
        match ty.dtype.value_range() {
            Some((low, high)) => {
                // Of 64 bits there are more numbers than the largest that counts them.
                let span = high.abs_diff(low).saturating_add(1);
                let data: Vec<i64> = (0..count).map(|_| low.wrapping_add_unsigned(next() % span)).collect();
                Value::from_integers(ty.dtype, ty.shape.clone(), &data)
            }
            None => Value::f32(
                ty.shape.clone(),
                (0..count).map(|_| (next() >> 40) as f32 / (1 << 23) as f32 - 1.0).collect(),
            ),
        }
        .unwrap_or_else(|| Value::zeros(ty.dtype, ty.shape.clone()))
    };
    (0..count).map(|_| graph.inputs.iter().map(|port| input(graph.ty(port.tensor))).collect()).collect()
}
