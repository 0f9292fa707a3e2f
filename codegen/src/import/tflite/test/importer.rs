//! What becomes of a whole file. What is said of files that are refused stands in `codegen/tests/refused`.

use std::path::PathBuf;
use std::sync::Arc;

use super::super::import;
use super::builder::{Value, float32s, int8, int32s, int64s, set, text, uint32};
use super::sample::{Sample, sample};
use crate::config::Options;
use crate::diagnostic::Diagnostics;
use crate::import::Imported;
use crate::pipeline::Source;

fn imported(sample: &Sample) -> Result<Imported, Diagnostics> {
    let source = Source { path: PathBuf::from("sample.tflite"), bytes: sample.file() };
    import(&source, &Options::default())
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
