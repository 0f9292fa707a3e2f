//! Nothing that a file says is dropped silently, and all that is wrong is told in one go.

use super::builder::{Model, Node, list, reals};
use crate::ir::Value;

fn count(text: &str) -> usize {
    text.matches("error:").count()
}

/// A model of one node that reads `x`, with constants that it may read.
fn of(opset: i64, node: Node) -> Model {
    let ones = |count: usize| reals(&[count], &vec![1.0; count]);
    Model::of(&[1, 2, 3, 3])
        .opset(opset)
        .constant("k", ones(2))
        .constant("axes", list(&[0]))
        .constant("yes", Value::bool(Vec::new(), vec![true]).expect("a scalar"))
        .constant("no", Value::bool(Vec::new(), vec![false]).expect("a scalar"))
        .constant("half", super::builder::scalar(0.5))
        .node(node)
        .output("y")
}

#[test]
fn attributes_and_operands_that_an_operator_does_not_have() {
    let node = |kind: &str| Node::new(kind, &["x"], "y");
    let table = [
        (13, node("Relu").int("unheard_of", 1), "Relu: the attribute `unheard_of` is not known"),
        (
            13,
            Node::new("Add", &["x", "x"], "y").int("broadcast", 1),
            "Add: the attribute `broadcast` is not known",
        ),
        (13, node("Dropout").float("ratio", 0.5), "the attribute `ratio` does not exist in version 13"),
        (
            11,
            Node::new("Squeeze", &["x", "axes"], "y"),
            "Squeeze: has 2 operands, but at most 1 in version 11",
        ),
        (13, node("Squeeze").ints("axes", &[0]), "the attribute `axes` does not exist in version 13"),
        (17, Node::new("ReduceMean", &["x", "axes"], "y"), "has 2 operands, but at most 1 in version 17"),
        (18, node("ReduceMean").ints("axes", &[2]), "the attribute `axes` does not exist in version 18"),
        (13, Node::new("Relu", &["x", "x"], "y"), "has 2 operands, but at most 1"),
        (13, node("HardSwish"), "HardSwish: exists from version 14 of the operator set on"),
        (13, node("Softmax").text("axis", "1"), "the attribute `axis` is not an integer"),
    ];
    for (opset, node, expected) in table {
        let text = of(opset, node).faults();
        assert!(text.contains(expected) && text.contains("node `y`"), "{expected}: {text}");
        assert_eq!(count(&text), 1, "{text}");
        assert!(text.contains("help: "), "{text}");
    }
}

#[test]
fn versions_that_are_not_understood() {
    for version in [1, 6, 29, 1000, -1] {
        let text = of(version, Node::new("Add", &["x", "x"], "y").int("broadcast", 1)).faults();
        let expected = format!(
            "version {version} of the operators (opset {version}) is not supported; versions 7 to 28 are"
        );
        assert!(text.contains(&expected) && text.contains("convert_version(model, 17)"), "{text}");
        assert_eq!(count(&text), 1, "{text}");
    }
    for version in [7, 28] {
        assert!(of(version, Node::new("Relu", &["x"], "y")).import().is_ok(), "{version}");
    }
}

#[test]
fn training_forms() {
    let statistics = ["x", "k", "k", "k", "k"];
    let norm = || Node::new("BatchNormalization", &statistics, "y");
    let refused = [
        (17, norm().int("training_mode", 1)),
        (9, norm().result("mean").result("variance")),
        (7, norm().result("mean")),
    ];
    for (opset, node) in refused {
        let text = of(opset, node).faults();
        assert!(
            text.contains("BatchNormalization: is in training form") && text.contains("model.eval()"),
            "{text}"
        );
    }
    assert!(of(17, norm().int("training_mode", 0)).import().is_ok());
    let drop = |training: &str| Node::new("Dropout", &["x", "half", training], "y");
    let text = of(17, drop("yes")).faults();
    assert!(text.contains("Dropout: is in training mode"), "{text}");
    assert!(of(17, drop("no")).import().is_ok());
    assert!(of(17, drop("")).import().is_ok());
    let of_constants = of(17, Node::new("Dropout", &["k", "half", "yes"], "d")).op("Add", &["x", "d"], "y");
    assert!(of_constants.faults().contains("Dropout: is in training mode"));
}

#[test]
fn only_first_results_may_be_read() {
    let pool = || Node::new("MaxPool", &["x"], "y").ints("kernel_shape", &[1, 1]).result("indices");
    assert!(of(13, pool()).import().is_ok());
    let text = of(13, pool()).output("indices").faults();
    assert!(
        text.contains("MaxPool: the result `indices` is read, but only the first result is supported"),
        "{text}"
    );
    assert_eq!(count(&text), 1, "{text}");
}

#[test]
fn faults_behind_a_refused_node() {
    let pads = list(&[0, 0, 1, 1, 0, 0, 1, 1]);
    let text = Model::of(&[1, 3, 8, 8])
        .constant("pads", pads)
        .node(Node::new("Pad", &["x", "pads"], "p").text("mode", "wobbly"))
        .op("Range", &["p", "p", "p"], "s")
        .op("Reshape", &["s", "p"], "d")
        .node(Node::new("Pad", &["d", "pads"], "y").text("mode", "edgy"))
        .output("y")
        .faults();
    assert_eq!(count(&text), 4, "{text}");
    for (node, fault) in [
        ("p", "Pad: `mode=wobbly` is not known"),
        ("s", "Range: is supported for constants only"),
        ("d", "Reshape: operand 1 must be a constant"),
        ("y", "Pad: `mode=edgy` is not known"),
    ] {
        assert!(text.contains(fault) && text.contains(&format!("node `{node}`")), "{fault}: {text}");
    }
}

#[test]
fn what_depends_on_a_refused_node_stays_silent() {
    let model = Model::of(&[1, 3, 8, 8])
        .op("Det", &["x"], "e")
        .node(Node::new("Softmax", &["e"], "a").int("axis", 9))
        .op("Add", &["a", "x"], "b")
        .op("Flatten", &["b"], "y")
        .output("y");
    let text = model.faults();
    assert_eq!(count(&text), 1, "{text}");
    assert!(text.contains("the operator Det is not supported"), "{text}");
    // A constant that could not be computed is not told to be computed from the input.
    let text = Model::of(&[4])
        .constant("a", list(&[1]))
        .op("Det", &["a"], "w")
        .op("Sqrt", &["w"], "v")
        .op("Div", &["x", "v"], "y")
        .output("y")
        .faults();
    assert_eq!(count(&text), 1, "{text}");
}

#[test]
fn faults_inside_branches_and_functions() {
    let branch =
        Model::new().op("Det", &["x"], "inner").node(Node::new("Relu", &["inner"], "x").int("unheard_of", 1));
    for (operator, attribute) in [("If", "then_branch"), ("Loop", "body"), ("Scan", "body")] {
        let node = Node::new(operator, &["x"], "y").body(attribute, &branch);
        let text = Model::of(&[1]).node(node).output("y").faults();
        assert_eq!(count(&text), 4, "{text}");
        assert!(text.contains(&format!("the operator {operator} is not supported")), "{text}");
        assert!(text.contains("the operator Det is not supported (used once, first by `y/inner`)"), "{text}");
        assert!(
            text.contains("Relu: the attribute `unheard_of` is not known") && text.contains("node `y/x`"),
            "{text}"
        );
        assert!(
            text.contains("the name `x` is defined inside `y`, but has a value around it already"),
            "{text}"
        );
    }

    let text = Model::of(&[1])
        .function(
            "Gelu",
            &[Node::new("Det", &["x"], "e"), Node::new("Relu", &["e"], "y").int("unheard_of", 1)],
        )
        .node(Node::new("Gelu", &["x"], "y").domain("local"))
        .output("y")
        .faults();
    assert_eq!(count(&text), 3, "{text}");
    assert!(
        text.contains("local.Gelu is a function of the file") && text.contains("inline_local_functions"),
        "{text}"
    );
    assert!(text.contains("first by `Gelu/e`") && text.contains("node `Gelu/y`"), "{text}");
}

#[test]
fn branches_read_what_is_around_them() {
    // So it is not left out, and its fault is told, too.
    let branch = Model::new().op("Relu", &["a"], "inner").output("inner");
    let text = Model::of(&[1])
        .node(Node::new("If", &["x"], "y").body("then_branch", &branch))
        .op("Det", &["x"], "a")
        .output("y")
        .faults();
    assert_eq!(count(&text), 2, "{text}");
}

#[test]
fn each_name_is_defined_once() {
    let relu = Model::of(&[1]).op("Relu", &["x"], "y").output("y");
    let fixed = [super::builder::Extent::Fixed(1)];
    let table = [
        (
            relu.clone().op("Tanh", &["x"], "y"),
            "`y` is defined twice: as a result of `y`, and as a result of `y`",
        ),
        (relu.clone().op("Tanh", &["x"], "x"), "`x` is defined twice: as an input, and as a result of `x`"),
        (
            relu.clone().input("x", super::builder::FLOAT, &fixed),
            "`x` is defined twice: as an input, and as an input",
        ),
        (
            relu.clone().constant("c", list(&[1])).constant("c", list(&[2])),
            "`c` is defined twice: as a constant, and as a constant",
        ),
        (relu.clone().constant("", list(&[1])), "constant 0 of the file has no name"),
        (relu.clone().input("", super::builder::FLOAT, &fixed), "input 1 of the model has no name"),
        (relu.clone().output(""), "output 1 of the model has no name"),
    ];
    for (model, expected) in table {
        let text = model.faults();
        assert!(text.contains(expected), "{expected}: {text}");
    }
}

#[test]
fn nodes_without_a_name_are_called_like_their_result() {
    let text =
        Model::of(&[1]).node(Node::unnamed("Det", &["x"], "r")).op("Relu", &["r"], "y").output("y").faults();
    assert!(text.contains("first by `r`"), "{text}");
}

#[test]
fn batches_are_told_in_the_files_axes_with_the_option_that_helps() {
    let model = Model::of(&[4, 3, 6, 6])
        .constant("w", reals(&[2, 3, 1, 1], &[0.5; 6]))
        .op("Conv", &["x", "w"], "c")
        .op("Relu", &["c"], "y")
        .output("y");
    let text = model.faults();
    assert_eq!(count(&text), 1, "{text}");
    assert!(
        text.contains("works on one image at a time, but the operand [4, 3, 6, 6] has a batch of 4"),
        "{text}"
    );
    assert!(text.contains("input_shape = \"x=1x3x6x6\""), "{text}");
    let options = crate::config::Options {
        input_shapes: vec![("x".to_owned(), vec![1, 3, 6, 6])],
        ..crate::config::Options::default()
    };
    assert!(model.import_with(&options).is_ok());
}
