//! Padding by hand.

use super::Pad;
use crate::ir::interpret::Interpreter;
use crate::ir::{Attributes, Graph, Shape, Value, text, verify};
use crate::kernel::{Const, Lowering};
use crate::config::Optimise;
use crate::target::Core;

fn graph(reference: &str, x: &str, y: &str, attributes: &str) -> Graph {
    let source = format!(
        "graph \"g\" reference={reference} {{\n  input %0 \"x\": {x}\n  %1 \"y\": {y} = pad(%0) {{{attributes}}}\n  output %1\n}}\n"
    );
    text::parse(&source).unwrap_or_else(|fault| panic!("{fault}\n{source}"))
}

fn run(graph: &Graph, x: Value) -> Value {
    verify(graph).unwrap();
    Interpreter::new(graph).run(&[x]).unwrap().remove(0)
}

#[test]
fn the_border_is_quantised_as_the_result() {
    let padded = |reference, value| {
        let attributes = format!("before=[1, 0], after=[0, 2], value={value}");
        let graph = graph(reference, "i8[1,2] q(0.5, 3)", "i8[2,4] q(0.5, 3)", &attributes);
        run(&graph, Value::i8([1, 2], vec![7, 8]).unwrap()).as_i8().unwrap().to_vec()
    };
    assert_eq!(padded("tflm", "0.0"), [3, 3, 3, 3, 7, 8, 3, 3]);
    // 2.5 steps.
    assert_eq!(padded("tflm", "1.25"), [6, 6, 6, 6, 7, 8, 6, 6]);
    assert_eq!(padded("onnx", "1.25"), [5, 5, 5, 5, 7, 8, 5, 5]);
    assert_eq!(padded("onnx", "-inf"), [-128, -128, -128, -128, 7, 8, -128, -128]);
}

#[test]
fn floats_and_plain_integers_have_the_value_itself() {
    let attributes = "before=[0, 1, 0], after=[0, 0, 1], value=2.0";
    let y = run(
        &graph("tflm", "f32[1,1,2]", "f32[1,2,3]", attributes),
        Value::f32([1, 1, 2], vec![0.5, 1.5]).unwrap(),
    );
    assert_eq!(y.as_f32().unwrap(), [2.0, 2.0, 2.0, 0.5, 1.5, 2.0]);
    let y = run(
        &graph("tflm", "i64[1,1,2]", "i64[1,2,3]", attributes),
        Value::i64([1, 1, 2], vec![5, 6]).unwrap(),
    );
    assert_eq!(y.as_i64().unwrap(), [2, 2, 2, 5, 6, 2]);
}

#[test]
fn more_axes_than_four_are_joined_where_there_is_no_border() {
    let graph = graph(
        "tflm",
        "f32[1,2,3,4,5]",
        "f32[1,2,4,4,5]",
        "before=[0, 0, 1, 0, 0], after=[0, 0, 0, 0, 0], value=0.0",
    );
    verify(&graph).unwrap();
    let (_, node) = graph.nodes().next().unwrap();
    let call =
        node.op.lower(&Lowering { graph: &graph, node, core: Core::Portable, optimise: Optimise::default() }).unwrap().calls.remove(0);
    assert_eq!(
        call.shape,
        [("INPUT", Const::Dims(vec![2, 3, 4, 5])), ("BEFORE", Const::Dims(vec![0, 1, 0, 0])),]
    );
}

#[test]
fn faults_name_what_does_not_fit() {
    let message = verify(&graph("tflm", "f32[2]", "f32[2]", "before=[1, 2], after=[0, 0], value=0.0"));
    let message = message.unwrap_err().to_string();
    assert!(message.contains("pads 2 axes in front and 2 behind, but [2] has 1"), "{message}");
    let huge = Pad { before: vec![usize::MAX / 2], after: vec![2], value: 0.0 };
    assert_eq!(huge.output_shape(&Shape(vec![9])).unwrap_err(), "the result is too large");
    assert!(Pad::parse(&Attributes::default()).is_err());
}
