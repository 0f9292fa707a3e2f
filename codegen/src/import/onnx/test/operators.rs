//! Which operators are supported, and what is said of the others and of damaged ones.

use super::builder::{Model, Node, list, reals, scalar};

#[test]
fn unsupported_operators_are_reported_together() {
    let model = Model::of(&[1, 4])
        .op("Foo", &["x"], "a")
        .op("Relu", &["a"], "b")
        .op("Foo", &["b"], "c")
        .node(Node::new("Bar", &["x"], "d").domain("org.example"))
        .op("Einsum", &["c", "d"], "e")
        .output("e");
    let faults = model.import().expect_err("none of them is supported");
    let text = faults.to_string();
    assert_eq!(text.matches("error:").count(), 3, "{text}");
    assert!(text.contains("the operator Foo is not supported (used 2 times, first by `a`)"), "{text}");
    assert!(text.contains("the operator Einsum is not supported (used once, first by `e`)"), "{text}");
    assert!(
        text.contains("the operator org.example.Bar is not supported (used once, first by `d`)"),
        "{text}"
    );
    assert_eq!(text.matches("docs/operators.md").count(), 1, "{text}");
}

#[test]
fn control_flow_is_not_supported_even_around_supported_operators() {
    let branch = |kind: &str, output: &str| Node::new(kind, &["x"], output).graph("then_branch");
    let text =
        Model::of(&[1, 4]).node(branch("If", "a")).node(branch("Relu", "y")).output("a").output("y").faults();
    assert!(text.contains("the operator If is not supported"), "{text}");
    assert!(text.contains("Relu: the attribute `then_branch` is not known"), "{text}");
}

#[test]
fn what_follows_from_a_fault_is_not_reported() {
    let model = Model::of(&[1, 4])
        .constant("w", reals(&[3, 2, 1, 1], &[0.5; 6]))
        .op("Concat", &["x"], "a")
        .op("Conv", &["a", "w"], "b")
        .output("b");
    let text = model.faults();
    assert_eq!(text.matches("error:").count(), 1, "{text}");
    assert!(text.contains("the attribute `axis` is missing") && text.contains("node `a` (Concat)"), "{text}");
}

#[test]
fn operators_on_constants_alone_say_so() {
    let text =
        Model::of(&[4]).constant("i", list(&[2])).op("Range", &["x", "i", "i"], "y").output("y").faults();
    assert!(text.contains("is supported for constants only, but an operand is computed"), "{text}");
}

#[test]
fn attributes_that_are_missing_or_of_another_type() {
    let conv = |node: Node| {
        Model::of(&[1, 2, 5, 5])
            .constant("w", reals(&[3, 2, 1, 1], &[0.5; 6]))
            .constant("few", list(&[0, 0]))
            .constant("negative", list(&[0, 0, -9, 0, 0, 0, 0, 0]))
            .node(node)
    };
    let node = |kind: &str| Node::new(kind, &["x"], "y");
    let weighted = |kind: &str| Node::new(kind, &["x", "w"], "y");
    let table = [
        (node("MaxPool"), "the attribute `kernel_shape` is missing"),
        (node("MaxPool").ints("kernel_shape", &[2]), "`kernel_shape` has 1 values, expected 2"),
        (node("MaxPool").ints("kernel_shape", &[2, -2]), "negative values are not supported"),
        (node("MaxPool").ints("kernel_shape", &[0, 2]), "must be at least 1"),
        (
            node("MaxPool").text("kernel_shape", "2x2"),
            "the attribute `kernel_shape` is not a list of integers",
        ),
        (node("LeakyRelu").int("alpha", 1), "the attribute `alpha` is not a number"),
        (node("Concat"), "the attribute `axis` is missing"),
        (node("Concat").int("axis", 4), "axis 4 is not an axis of a tensor with 4"),
        (node("Transpose").ints("perm", &[0, 1, 1, 2]), "is not a permutation of 4 axes"),
        (node("Reshape"), "the shape is missing"),
        (node("Unsqueeze"), "the axes are missing"),
        (node("Pad"), "the pads are missing"),
        (Node::new("Pad", &["x", "negative"], "y"), "cuts 9 and 0 of 5 places off"),
        (Node::new("Pad", &["x", "few"], "y"), "2 pads for 4 axes"),
        (
            node("Pad").text("mode", "round"),
            "`mode=round` is not known; constant, reflect, edge and wrap are",
        ),
        (node("Cast").int("to", 12), "computing in the element type UINT32 is not supported"),
        (node("Conv"), "operand 1 is missing"),
        (Node::new("Conv", &["x", "x"], "y"), "operand 1, the weights, must be a constant"),
        (weighted("Conv").int("group", 2), "2 input channels do not fit weights for 2 in 2 groups"),
        (
            weighted("Conv").ints("kernel_shape", &[3, 3]),
            "`kernel_shape` is [3, 3], but the weights are for [1, 1]",
        ),
        (weighted("Conv").text("auto_pad", "SAME"), "`auto_pad=SAME` is not known"),
        (weighted("MatMul"), "do not meet"),
        (weighted("ConvTranspose").int("group", 2), "are not made of groups"),
        (weighted("ConvTranspose").ints("output_padding", &[1]), "`output_padding` has 1 values, expected 2"),
        (Node::new("ConvTranspose", &["x", "x"], "y"), "operand 1, the weights, must be a constant"),
        (
            Node::new("Resize", &["x", "", "", "few"], "y").text("mode", "cubic"),
            "`mode=cubic` is not supported; `nearest` and `linear` are",
        ),
        (Node::new("Resize", &["x", "", "", "few"], "y").text("mode", "linear"), "has 2 sizes for 4 axes"),
        (node("BatchNormalization"), "operand 1 is missing"),
        (node("QuantizeLinear"), "operand 1 is missing"),
        (Node::new("Relu", &["nobody"], "y"), "reads `nobody`, which nothing in the file computes"),
    ];
    for (node, expected) in table {
        let text = conv(node.clone()).output("y").faults();
        assert!(text.contains(expected) && text.contains("node `y`"), "expected {expected}, got {text}");
    }
}

#[test]
fn images_have_three_or_four_axes() {
    let text = Model::of(&[1, 2]).op("GlobalAveragePool", &["x"], "y").output("y").faults();
    assert!(text.contains("expects an image or a sequence, got 2 axes"), "{text}");
    let pool = Node::new("MaxPool", &["x"], "y").ints("kernel_shape", &[1, 1, 1]);
    let text = Model::of(&[1, 2, 3, 4, 5]).node(pool).output("y").faults();
    assert!(
        text.contains("expects an image [N,C,H,W] or a sequence [N,C,L], got the shape [1, 2, 3, 4, 5]"),
        "{text}"
    );
}

#[test]
fn outputs_that_cannot_be() {
    let text = Model::of(&[1]).output("y").faults();
    assert!(
        text.contains("nothing in the file computes the output `y`") && text.contains("tensor `y`"),
        "{text}"
    );
    assert!(Model::of(&[1]).op("Relu", &["x"], "y").faults().contains("the model has no output"));
}

/// Inputs, constants and other outputs, too.
#[test]
fn every_output_has_a_tensor_of_its_own_name() {
    let graph = Model::of(&[4])
        .op("Relu", &["x"], "y")
        .op("Identity", &["y"], "z")
        .op("Identity", &["x"], "same")
        .constant("c", scalar(1.0))
        .op("Neg", &["c"], "d")
        .op("Identity", &["d"], "e");
    let graph = ["y", "z", "same", "d", "e"].into_iter().fold(graph, Model::output).graph();
    let names: Vec<&str> = graph.outputs.iter().map(|port| graph.tensor(port.tensor).name.as_str()).collect();
    assert_eq!(names, ["y", "z", "same", "d", "e"]);
    assert_eq!(graph.tensor(graph.inputs[0].tensor).name, "x");
}

#[test]
fn labels_are_lines_or_separated_by_commas() {
    let labels = |text| {
        let graph = Model::of(&[1]).op("Relu", &["x"], "y").output("y").labels(text).graph();
        graph.labels
    };
    assert_eq!(labels("yes\nno, never\n"), ["yes", "no, never"]);
    assert_eq!(labels("yes, no"), ["yes", "no"]);
}

#[test]
fn nodes_that_nothing_reads_are_left_out() {
    let graph = Model::of(&[1]).op("Relu", &["x"], "y").op("Tanh", &["x"], "z").output("y").graph();
    assert_eq!(graph.nodes().map(|(_, node)| node.op.name()).collect::<Vec<_>>(), ["clamp"]);
}

#[test]
fn softmax_means_what_it_meant_in_the_files_version() {
    // Before version 13: over all axes from 1 on, together.
    let rows = |opset| {
        let graph = Model::of(&[2, 3, 4]).opset(opset).op("Softmax", &["x"], "y").output("y").graph();
        let (_, softmax) = graph.nodes().find(|(_, node)| node.op.name() == "softmax").expect("a softmax");
        graph.ty(softmax.outputs[0]).shape.to_string()
    };
    assert_eq!(rows(11), "[2,12]");
    assert_eq!(rows(13), "[2,3,4]");
}
