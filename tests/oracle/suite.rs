//! Every float ONNX case through an engine that is not ours: `tract` reads and runs the same file by its own code.
//!
//! The goldens come from ONNX Runtime; this is a second opinion, on inputs that no golden has.

#[path = "../src/case.rs"]
#[allow(dead_code, unreachable_pub)]
mod case;

use std::path::Path;
use std::process::ExitCode;

use libtest_mimic::{Arguments, Failed, Trial};
use tinyml_codegen::config::{Options, Precision};
use tinyml_codegen::import::onnx::oracle::Oracle;
use tinyml_codegen::ir::interpret::Interpreter;
use tinyml_codegen::ir::{DType, Value};
use tinyml_codegen::pipeline;
use tinyml_codegen::ports::{from_graph, to_graph};

use case::Case;

/// Largest difference beside the output's largest magnitude.
const TOLERANCE: f32 = 1e-5;

/// Cases that tract 0.23 does not run, with what it says.
const NOT_BY_TRACT: &[(&str, &str)] = &[];

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let cases = match case::discover(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases"), None) {
        Ok(cases) => cases,
        Err(fault) => {
            eprintln!("{fault}");
            return ExitCode::FAILURE;
        }
    };
    let float = cases.into_iter().filter(|case| case.model.ends_with("model.onnx") && is_float(case));
    let trials = float.map(|case| Trial::test(case.name.clone(), move || compared(&case))).collect();
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// Whether all that goes in and comes out is real.
fn is_float(case: &Case) -> bool {
    let real = |values: &[Value]| values.iter().all(|value| value.dtype() == DType::F32);
    let quantised = case.name.contains("-qdq-") || case.name.contains("-qop-");
    // The states of a sequence are ports to tract.
    let independent = case.resets.is_none();
    !quantised
        && independent
        && case.vectors().is_ok_and(|all| all.iter().all(|v| real(&v.inputs) && real(&v.outputs)))
}

fn compared(case: &Case) -> Result<(), Failed> {
    let source = case.source()?;
    let options = Options { precision: Precision::F32, ..case.options.clone() };
    let graph =
        pipeline::optimise(&source, &options, &mut |_, _| {}).map_err(|faults| faults.to_string())?.graph;
    for vector in case.vectors()? {
        // Beside the golden's inputs, the same halved and turned round: other values in the same range.
        let inputs: Vec<Value> = vector.inputs.iter().filter_map(other).collect();
        let oracle = match Oracle::new(&source, &inputs) {
            Ok(oracle) => oracle,
            Err(fault) => return not_run(case, &fault.to_string()),
        };
        let expected = match oracle.run(&source, &inputs) {
            Ok(expected) => expected,
            Err(fault) => return not_run(case, &fault.to_string()),
        };
        let ports = graph.inputs.iter().zip(&inputs);
        let own: Result<Vec<Value>, String> =
            ports.map(|(port, value)| to_graph(&graph, port, value)).collect();
        let found = Interpreter::new(&graph).run(&own?).map_err(|fault| fault.to_string())?;
        for ((port, found), expected) in graph.outputs.iter().zip(&found).zip(&expected) {
            let found = from_graph(&graph, port, found, expected)?;
            agree(found.as_f32().unwrap_or_default(), expected.as_f32().unwrap_or_default())?;
        }
    }
    match NOT_BY_TRACT.iter().any(|(name, _)| *name == case.name) {
        true => Err("tract runs it now: take it off the list".into()),
        false => Ok(()),
    }
}

fn other(value: &Value) -> Option<Value> {
    let data = value.as_f32()?.iter().rev().map(|x| x * 0.5).collect();
    Value::f32(value.shape().clone(), data)
}

fn not_run(case: &Case, fault: &str) -> Result<(), Failed> {
    match NOT_BY_TRACT.iter().find(|(name, _)| *name == case.name) {
        Some((_, known)) if fault.contains(known) => Ok(()),
        _ => Err(fault.into()),
    }
}

fn agree(found: &[f32], expected: &[f32]) -> Result<(), Failed> {
    let largest = expected.iter().fold(1.0f32, |largest, x| largest.max(x.abs()));
    let differs = |(a, b): &(&f32, &f32)| (*a - *b).abs() > TOLERANCE * largest || a.is_nan() != b.is_nan();
    match found.iter().zip(expected).position(|pair| differs(&pair)) {
        _ if found.len() != expected.len() || found.is_empty() => {
            Err(format!("{} elements, tract has {}", found.len(), expected.len()).into())
        }
        Some(at) => Err(format!("element {at}: {} here, {} by tract", found[at], expected[at]).into()),
        None => Ok(()),
    }
}
