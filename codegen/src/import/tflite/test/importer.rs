//! What becomes of a whole file. What is said of files that are refused stands in `codegen/tests/refused`.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::import;
use super::builder::{Value, float32s, int8, int32, int32s, int64s, set, text, uint8s, uint32};
use super::sample::{Sample, sample};
use crate::config::{Options, Precision};
use crate::diagnostic::Diagnostics;
use crate::import::Imported;
use crate::module;
use crate::source::Source;
use crate::target::Core;

fn imported(sample: &Sample) -> Result<Imported, Diagnostics> {
    let source = Source { path: PathBuf::from("sample.tflite"), bytes: sample.file() };
    Ok(import(&source, &Options::default())?)
}

/// The sample with a RELU where it has an operator of its author's, and a second RELU that nothing reads.
fn compilable() -> Sample {
    let mut sample = sample();
    sample.codes[1] = vec![(0, int8(19))];
    let quantised = Value::Table(vec![(2, float32s(&[0.75])), (3, int64s(&[3]))]);
    sample.tensors[4] =
        vec![(0, int32s(&[1, 1, 1, 2])), (1, int8(9)), (3, text("scores")), (4, quantised.clone())];
    sample.tensors.push(vec![(0, int32s(&[1, 1, 1, 2])), (1, int8(9)), (4, quantised)]);
    sample.operators[1] = vec![(0, uint32(1)), (1, int32s(&[3])), (2, int32s(&[4]))];
    sample.operators.push(vec![(0, uint32(1)), (1, int32s(&[3])), (2, int32s(&[5]))]);
    sample
}

#[test]
fn operators_that_no_output_needs_are_left_out_with_a_note() {
    let Imported { graph, notes, .. } = imported(&compilable()).expect("a good file");
    let nodes: Vec<&str> = graph.nodes().map(|(_, node)| node.name.as_str()).collect();
    assert_eq!(nodes, ["sum", "scores"]);
    let notes = notes.to_string();
    // Its result has no name, so that the operator's number stands for it.
    assert!(notes.contains("no output needs") && notes.contains("`operator 2` (RELU)"), "{notes}");
    // An operator of no use may be one that is not supported.
    let mut odd = compilable();
    odd.codes.push(vec![(0, int8(108))]);
    set(&mut odd.operators[2], 0, uint32(2));
    assert!(imported(&odd).is_ok());
}

#[test]
fn metadata_may_name_ports_that_are_a_state() {
    let with_state = |pairs: &str| {
        let mut sample = compilable();
        let buffer = u32::try_from(sample.buffers.len()).expect("few buffers");
        sample.buffers.push(vec![(0, uint8s(pairs.as_bytes()))]);
        sample.metadata.push(vec![(0, text("state")), (1, uint32(buffer))]);
        sample
    };
    let pair = |input: &str, output: &str| (input.to_owned(), output.to_owned());
    assert_eq!(imported(&compilable()).expect("a good file").state, []);
    let two = imported(&with_state("image = scores,h\\=in=h")).expect("a good file");
    assert_eq!(two.state, [pair("image", "scores"), pair("h=in", "h")]);
    let fault = imported(&with_state("image")).expect_err("no pair").to_string();
    assert!(fault.contains("the file's metadata `state` are not inputs and outputs"), "{fault}");
    let mut lost = with_state("image=scores");
    lost.buffers.pop();
    let fault = imported(&lost).expect_err("no buffer").to_string();
    assert!(fault.contains("metadata[1]") && fault.contains("buffer 3 of 3"), "{fault}");
}

#[test]
fn tensors_that_name_one_buffer_share_its_value() {
    let mut sample = compilable();
    // A second convolution with the same weights, behind which the first is still needed.
    let mut again = sample.operators[0].clone();
    set(&mut again, 1, int32s(&[0, 6, 2]));
    set(&mut again, 2, int32s(&[5]));
    sample.operators[2] = again;
    sample.tensors.push(sample.tensors[1].clone());
    sample.outputs = int32s(&[4, 5]);
    let graph = imported(&sample).expect("a good file").graph;
    let weights: Vec<_> = graph
        .nodes()
        .filter_map(|(_, node)| graph.tensor(node.input(1)?).data.clone())
        .filter(|value| value.len() == 18)
        .collect();
    assert!(matches!(&weights[..], [a, b] if Arc::ptr_eq(a, b)), "{} constants", weights.len());
}

/// One operator on floats of this shape, with constants of 64 bits as further operands.
fn one_operator(code: i8, dims: &[i32], constants: &[Vec<i64>]) -> Sample {
    let mut sample = sample();
    let float = |name: &str| vec![(0, int32s(dims)), (1, int8(0)), (3, text(name))];
    sample.codes = vec![vec![(0, int8(code)), (3, int32(code.into()))]];
    sample.tensors = vec![float("x"), float("y")];
    sample.buffers = vec![vec![]];
    for numbers in constants {
        let bytes: Vec<u8> = numbers.iter().flat_map(|number| number.to_le_bytes()).collect();
        sample.buffers.push(vec![(0, uint8s(&bytes))]);
        let tensor = vec![
            (0, int32s(&[numbers.len() as i32])),
            (1, int8(4)),
            (2, uint32(sample.buffers.len() as u32 - 1)),
        ];
        sample.tensors.push(tensor);
    }
    let operands: Vec<i32> = [0].into_iter().chain((0..constants.len() as i32).map(|i| i + 2)).collect();
    sample.operators = vec![vec![(0, uint32(0)), (1, int32s(&operands)), (2, int32s(&[1]))]];
    sample.outputs = int32s(&[1]);
    sample
}

/// Numbers near the ends of what an extent can be, wherever a file names one: loops and products are bounded before they begin.
#[test]
fn extents_beyond_all_memory() {
    let compile = |sample: &Sample| {
        let source = Source { path: PathBuf::from("model.tflite"), bytes: sample.file() };
        let options = Options { precision: Precision::F32, core: Some(Core::Armv7em), ..Options::default() };
        let faults = module::compile(&source, &options, &module::default_runtime());
        faults.err().map(|faults| faults.to_string()).unwrap_or_default()
    };
    const RELU: i8 = 19;
    let most = i32::MAX;
    for dims in [
        vec![most],
        vec![0, most],
        vec![most, 0],
        vec![most; 4],
        vec![1, 0, most, most],
        vec![1, 4, 1 << 25, 0],
    ] {
        let fault = compile(&one_operator(RELU, &dims, &[]));
        assert!(fault.contains("too large"), "{dims:?}: {fault}");
    }
    // PAD, RESHAPE, BATCH_TO_SPACE_ND, MEAN, STRIDED_SLICE, SLICE, TILE, EXPAND_DIMS, BROADCAST_TO, MIRROR_PAD, GATHER; with the
    // number of their constants.
    let operators =
        [(34, 1), (22, 1), (37, 2), (40, 1), (45, 3), (65, 2), (69, 1), (70, 1), (127, 1), (100, 1), (36, 1)];
    for (code, constants) in operators {
        for extent in [i64::from(most), 1 << 62, i64::MAX, i64::MIN] {
            let numbers = [vec![extent; 4], vec![1, 4, extent, 2], vec![0, extent, 1, 1], vec![extent; 8]];
            for numbers in numbers {
                let fault = compile(&one_operator(code, &[1, 4, 4, 2], &vec![numbers.clone(); constants]));
                assert!(!fault.contains("bug of the compiler"), "{code}, {numbers:?}: {fault}");
            }
        }
    }
}

#[test]
fn a_model_has_an_output() {
    let mut sample = compilable();
    sample.outputs = int32s(&[]);
    let faults = imported(&sample).expect_err("nothing to compute").to_string();
    assert!(faults.contains("the model has no output"), "{faults}");
}
