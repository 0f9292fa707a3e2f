//! Files in forms that few exporters write: any order of nodes, nodes that nothing reads, other operator sets.

use super::builder::{INT8, Model, Node, list, reals, scalar};
use super::protobuf::Message;
use crate::ir::{DType, Graph, Value};

fn operators(graph: &Graph) -> Vec<&'static str> {
    graph.nodes().map(|(_, node)| node.op.name()).collect()
}

#[test]
fn nodes_may_stand_in_any_order() {
    let graph = Model::of(&[4])
        .op("Tanh", &["b"], "c")
        .op("Sigmoid", &["a"], "b")
        .op("Relu", &["x"], "a")
        .output("c");
    assert_eq!(operators(&graph.graph()), ["clamp", "logistic", "tanh"]);
}

#[test]
fn nodes_that_read_each_other_in_a_circle_are_named() {
    let text = Model::of(&[4])
        .op("Add", &["x", "c"], "a")
        .op("Relu", &["a"], "b")
        .op("Tanh", &["b"], "c")
        .op("Sigmoid", &["c"], "y")
        .output("y")
        .faults();
    assert_eq!(text.matches("error:").count(), 1, "{text}");
    assert!(text.contains("the nodes `a`, `b`, `c` read each other's results in a circle"), "{text}");
    assert!(text.contains("help: state that is kept"), "{text}");
}

#[test]
fn what_is_wrong_in_a_circle_and_behind_it_is_told_too() {
    let text = Model::of(&[4])
        .op("Add", &["x", "c"], "a")
        .op("Det", &["a"], "b")
        .op("Tanh", &["b"], "c")
        .op("NonZero", &["c"], "y")
        .output("y")
        .faults();
    assert!(text.contains("the nodes `a`, `b`, `c` read each other's results in a circle"), "{text}");
    assert!(text.contains("Det") && text.contains("NonZero"), "{text}");
    assert_eq!(text.matches("error:").count(), 3, "{text}");
}

#[test]
fn what_no_output_needs_does_no_harm() {
    let text = Message::default().int(1, 1).int(2, super::builder::STRING).bytes(8, "text");
    let graph = Model::of(&[4])
        .op("Relu", &["x"], "y")
        .op("Det", &["x"], "z")
        .node(Node::new("Softmax", &["z"], "w").int("unheard_of", 1))
        .initializer(&text)
        .output("y")
        .graph();
    assert_eq!(operators(&graph), ["clamp"]);
}

#[test]
fn the_default_operator_set_is_asked_for_only_where_it_is_used() {
    let int =
        |name: &str, value: i8| (name.to_owned(), Value::i8(Vec::new(), vec![value]).expect("a scalar"));
    let sum = ["x", "s", "z", "x", "s", "z", "s", "z"];
    let (zero, value) = int("z", 3);
    let model = || {
        Model::new()
            .input("x", INT8, &[super::builder::Extent::Fixed(4)])
            .constant("s", scalar(0.5))
            .constant(&zero, value.clone())
            .node(Node::new("QLinearAdd", &sum, "y").domain("com.microsoft"))
            .output("y")
    };
    assert_eq!(operators(&model().opset(0).graph()), ["add"]);
    let text = model().opset(0).op("Relu", &["x"], "r").output("r").faults();
    assert!(text.contains("the file does not say which version of the operators it has"), "{text}");
    let text = model().domains(&[]).faults();
    assert!(text.contains("which version of the operators of com.microsoft it has"), "{text}");
    let text = model().domains(&[("com.microsoft", 2)]).faults();
    assert!(text.contains("version 2 of the operators of com.microsoft"), "{text}");
    // Sets that no node uses say nothing.
    let model = model().domains(&[("com.microsoft", 1), ("ai.onnx.ml", 99), ("org.example", -3)]);
    assert_eq!(operators(&model.graph()), ["add"]);
}

#[test]
fn an_operator_set_has_one_version() {
    let model = Model::of(&[1]).op("Relu", &["x"], "y").output("y");
    let text = model.clone().domains(&[("ai.onnx", 13)]).faults();
    assert!(text.contains("the file imports two versions of the operators of ai.onnx"), "{text}");
    // The default domain has two names.
    assert!(model.opset(0).domains(&[("ai.onnx", 13)]).import().is_ok());
}

#[test]
fn tensors_may_have_no_axes() {
    let graph = Model::new()
        .input("x", super::builder::FLOAT, &[])
        .constant("k", scalar(2.0))
        .op("Add", &["x", "k"], "a")
        .op("Mul", &["a", "x"], "b")
        .op("Tanh", &["b"], "y")
        .output("y")
        .graph();
    assert_eq!(graph.ty(graph.outputs[0].tensor).shape.dims(), [0usize; 0]);
    assert_eq!(operators(&graph), ["add", "mul", "tanh"]);
}

#[test]
fn bytes_that_are_cast_are_numbers() {
    for (dtype, unsigned) in [(super::builder::UINT8, true), (INT8, false)] {
        let graph = Model::new()
            .input("x", dtype, &[super::builder::Extent::Fixed(4)])
            .node(Node::new("Cast", &["x"], "f").int("to", super::builder::FLOAT))
            .op("Tanh", &["f"], "y")
            .output("y")
            .graph();
        assert_eq!(operators(&graph), ["dequantize", "tanh"]);
        let port = &graph.inputs[0];
        assert_eq!((graph.ty(port.tensor).dtype, port.boundary.unsigned), (DType::I8, unsigned));
        assert_eq!(graph.ty(port.tensor).per_tensor(), Some((1.0, if unsigned { -128 } else { 0 })));
    }
}

#[test]
fn a_gather_of_all_elements_in_order_moves_nothing() {
    let indices =
        |values: &[i64], dims: &[usize]| Value::i64(dims.to_vec(), values.to_vec()).expect("as many");
    let model = |indices: Value| {
        Model::of(&[2, 4]).constant("i", indices).node(Node::new("Gather", &["x", "i"], "y").int("axis", -1))
    };
    let graph = model(indices(&[0, 1, -2, 3], &[2, 2])).output("y").graph();
    assert_eq!(graph.ty(graph.outputs[0].tensor).shape.dims(), [2, 2, 2]);
    assert_eq!(operators(&graph), ["reshape"]);
    for other in [indices(&[1, 0, 2, 3], &[4]), indices(&[0, 1], &[2]), indices(&[0, 1, 2, 3, 3], &[5])] {
        let dims = [2, other.len()];
        let graph = model(other).output("y").graph();
        assert_eq!(graph.ty(graph.outputs[0].tensor).shape.dims(), dims);
        assert_eq!(operators(&graph), ["select"]);
    }
    let text = model(indices(&[0, 4], &[2])).output("y").faults();
    assert!(text.contains("Gather: takes place 4 of an axis with 4"), "{text}");
}

#[test]
fn inputs_with_a_value_are_constants_and_the_user_is_told() {
    let fixed = [super::builder::Extent::Fixed(2)];
    let model =
        Model::of(&[2]).input("c", super::builder::FLOAT, &fixed).constant("c", reals(&[2], &[1.0, 2.0]));
    let imported = model.op("Add", &["x", "c"], "y").output("y").import().expect("it is right");
    let notes = imported.notes.to_string();
    assert!(
        notes.contains("the input `c` has a value in the file, which is taken for a constant"),
        "{notes}"
    );
}

#[test]
fn integers_of_shapes_need_not_be_read() {
    // The shape that nothing reads is not even converted.
    let graph = Model::of(&[4]).constant("unused", list(&[1])).op("Relu", &["x"], "y").output("y").graph();
    assert_eq!(
        (graph.inputs[0].tensor != graph.outputs[0].tensor, graph.ty(graph.inputs[0].tensor).dtype),
        (true, DType::F32)
    );
}
