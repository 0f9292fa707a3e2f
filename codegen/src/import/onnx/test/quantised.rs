//! Scales and zero points as the file writes them.

use super::builder::{Extent, Model, Node, UINT8, list, reals, scalar};
use crate::config::Options;
use crate::diagnostic::Diagnostics;
use crate::import::Imported;
use crate::ir::{DType, Quant, Value};
use crate::source::Source;

fn zero_point(value: u8) -> Value {
    Value::u8(Vec::new(), vec![value]).expect("a scalar")
}

/// A model that quantises `x` by the constants `scale` and `zero` and dequantises it.
fn pair(scale: Value, zero: Value) -> Model {
    Model::of(&[1, 4])
        .constant("scale", scale)
        .constant("zero", zero)
        .op("QuantizeLinear", &["x", "scale", "zero"], "q")
        .op("DequantizeLinear", &["q", "scale", "zero"], "y")
        .output("y")
}

#[test]
fn unsigned_tensors_become_signed() {
    let graph = pair(scalar(0.5), zero_point(130)).graph();
    let (_, quantise) = graph.nodes().next().expect("a node");
    let ty = graph.ty(quantise.outputs[0]);
    assert_eq!((ty.dtype, ty.quant.clone()), (DType::I8, Some(Quant::per_tensor(0.5, 2))));
}

#[test]
fn onnxruntimes_own_conversions_are_the_same() {
    let of = |kind: &str, x: &str, y: &str| Node::new(kind, &[x, "scale", "zero"], y).domain("com.microsoft");
    let constants = Model::of(&[1, 4]).constant("scale", scalar(0.5)).constant("zero", zero_point(130));
    let own =
        constants.node(of("QuantizeLinear", "x", "q")).node(of("DequantizeLinear", "q", "y")).output("y");
    let printed = |model: &Model| crate::ir::text::print(&model.graph());
    assert_eq!(printed(&own), printed(&pair(scalar(0.5), zero_point(130))));
}

#[test]
fn quantisation_that_makes_no_sense() {
    let table = [
        (scalar(0.0), zero_point(0), "the scale 0 is not a positive number"),
        (scalar(-0.5), zero_point(0), "the scale -0.5 is not a positive number"),
        (scalar(f32::NAN), zero_point(0), "the scale NaN is not a positive number"),
        (scalar(f32::INFINITY), zero_point(0), "the scale inf is not a positive number"),
        (scalar(0.5), list(&[0]), "activations of the type INT64 are not supported"),
        (scalar(0.5), scalar(0.0), "the zero point must be an integer"),
        (reals(&[2], &[0.5, 0.5]), zero_point(0), "2 scales, but 1 zero points"),
        (
            reals(&[4], &[0.5; 4]),
            Value::u8([4], vec![0; 4]).expect("four"),
            "activations with a scale for each channel are not supported",
        ),
        (
            reals(&[3], &[0.5; 3]),
            Value::u8([3], vec![0; 3]).expect("three"),
            "3 scales along axis 1 of a tensor of shape [1, 4]",
        ),
    ];
    for (scale, zero, expected) in table {
        let text = pair(scale, zero).faults();
        assert!(text.contains(expected) && text.contains("node `q` (QuantizeLinear)"), "{expected}: {text}");
    }
}

#[test]
fn a_tensor_has_one_quantisation() {
    let model = pair(scalar(0.5), zero_point(0)).constant("other", scalar(0.25));
    let model = model.op("DequantizeLinear", &["q", "other", "zero"], "z").output("z");
    let text = model.faults();
    assert!(text.contains("`q` is read as") && text.contains("what computes it gives"), "{text}");
    let model =
        pair(scalar(0.5), zero_point(0)).constant("signed", Value::i8(Vec::new(), vec![0]).expect("one"));
    let text = model.op("DequantizeLinear", &["q", "scale", "signed"], "z").output("z").faults();
    assert!(text.contains("`q` is u8, but its zero point is i8"), "{text}");
}

#[test]
fn integers_that_are_only_moved_have_the_quantisation_of_what_becomes_of_them() {
    let bytes = Model::new().input("x", UINT8, &[1, 2, 4, 4].map(Extent::Fixed));
    let graph = bytes
        .constant("scale", scalar(0.5))
        .constant("zero", zero_point(128))
        .node(Node::new("MaxPool", &["x"], "pool").ints("kernel_shape", &[2, 2]))
        .op("Flatten", &["pool"], "flat")
        .op("DequantizeLinear", &["flat", "scale", "zero"], "y")
        .output("y")
        .graph();
    for tensor in graph.tensor_ids().filter(|&id| graph.ty(id).dtype != DType::F32) {
        let ty = graph.ty(tensor);
        assert_eq!((ty.dtype, ty.quant.clone()), (DType::I8, Some(Quant::per_tensor(0.5, 0))));
    }
    assert!(graph.inputs[0].boundary.unsigned);
    crate::ir::verify(&graph).unwrap_or_else(|faults| panic!("{faults}"));
}

#[test]
fn real_functions_of_integers_need_scales() {
    let bytes = Model::new().input("x", UINT8, &[Extent::Fixed(4)]);
    let text = bytes.op("Sigmoid", &["x"], "y").output("y").faults();
    assert!(text.contains("works on real numbers, but the operand is u8"), "{text}");
}

#[test]
fn weights_that_do_not_fit_are_refused_by_name() {
    let wide = Value::u8([1, 2], vec![0, 255]).expect("two");
    let model = Model::of(&[1, 2])
        .constant("w", wide)
        .constant("scale", scalar(0.5))
        .constant("zero", zero_point(100))
        .op("DequantizeLinear", &["w", "scale", "zero"], "weights")
        .node(Node::new("Gemm", &["x", "weights"], "y").int("transB", 1))
        .output("y");
    let text = model.faults();
    assert!(
        text.contains("the weights reach from -100 to 155 steps") && text.contains("tensor `w`"),
        "{text}"
    );
}

#[test]
fn a_state_of_dequantised_numbers_is_kept_as_integers() {
    let model = Model::of(&[1, 4])
        .input("h", 1, &[Extent::Fixed(1), Extent::Fixed(4)])
        .constant("scale", scalar(0.5))
        .constant("zero", zero_point(130))
        .op("Add", &["x", "h"], "sum")
        .op("QuantizeLinear", &["sum", "scale", "zero"], "q")
        .op("DequantizeLinear", &["q", "scale", "zero"], "next")
        .op("Relu", &["next"], "y")
        .output("y")
        .output("next");
    let tie = Options { state: vec![("h".to_owned(), "next".to_owned())], ..Options::default() };
    let graph = with_states(&model, &tie).expect("a state").graph;
    let [state] = graph.states.as_slice() else { panic!("{:?}", graph.states) };
    let ty = graph.ty(state.read);
    assert_eq!((ty.dtype, ty.quant.clone()), (DType::I8, Some(Quant::per_tensor(0.5, 2))));
    // 0.0 at first, as the input would be.
    assert_eq!(state.initial.as_ref().and_then(Value::as_i8), Some([2; 4].as_slice()));
    crate::ir::verify(&graph).expect("a sound graph");
    // The same by the file itself, and the option in its place.
    let in_file = with_states(&model.states("h=next"), &Options::default()).expect("a state").graph;
    assert_eq!(crate::ir::text::print(&in_file), crate::ir::text::print(&graph));
}

#[test]
fn metadata_that_are_no_states_are_told() {
    let text = Model::of(&[1, 4]).op("Relu", &["x"], "y").output("y").states("h").faults();
    assert!(text.contains("the file's metadata `state` are not inputs and outputs"), "{text}");
}

/// As for a user: with the ports tied.
fn with_states(model: &Model, options: &Options) -> Result<Imported, Diagnostics> {
    Ok(crate::import::import(&Source { path: "model.onnx".into(), bytes: model.bytes() }, options)?)
}
