//! Extents that the file leaves open, and in which order of axes an input is held.

use super::super::test::builder::{Extent, FLOAT, INT8, Model, Node, STRING, reals};
use crate::config::Options;
use crate::import::Imported;
use crate::ir::Graph;

use Extent::{Fixed, Named, Unknown};

fn relu_of(extents: &[Extent]) -> Model {
    Model::new().input("image", FLOAT, extents).op("Relu", &["image"], "y").output("y")
}

fn with_shapes(model: &Model, shapes: &[(&str, &[usize])]) -> Result<Imported, String> {
    let input_shapes = shapes.iter().map(|&(name, extents)| (name.to_owned(), extents.to_vec())).collect();
    let options = Options { input_shapes, ..Options::default() };
    model.import_with(&options).map_err(|faults| faults.to_string())
}

fn shape(graph: &Graph) -> Vec<usize> {
    graph.ty(graph.inputs[0].tensor).shape.0.clone()
}

#[test]
fn an_open_batch_is_one_and_the_user_is_told() {
    for (batch, what) in [
        (Named("batch"), "the batch of the input `image`, `batch` in the file, is 1"),
        (Unknown, "the batch of the input `image`, which the file leaves open, is 1"),
        (Fixed(0), "the batch of the input `image`, which the file leaves open, is 1"),
        (Fixed(-1), "the batch of the input `image`, which the file leaves open, is 1"),
    ] {
        let imported = relu_of(&[batch, Fixed(3), Fixed(8)]).import().expect("only the batch is open");
        assert_eq!(shape(&imported.graph), [1, 3, 8]);
        let notes = imported.notes.to_string();
        assert!(notes.contains(what) && notes.contains("tensor `image`"), "{notes}");
    }
    let imported = relu_of(&[Fixed(1), Fixed(3)]).import().expect("nothing is open");
    assert_eq!(imported.notes.to_string(), "");
}

#[test]
fn other_open_extents_are_faults_that_show_the_way_out() {
    let text = relu_of(&[Named("N"), Fixed(3), Named("height"), Unknown]).faults();
    assert!(
        text.contains("axis 2 (`height`) of the input `image` is not fixed: [N, 3, height, ?]"),
        "{text}"
    );
    assert!(text.contains("input_shape = \"image=1x3x96x96\""), "{text}");
    let text = relu_of(&[Named("N"), Unknown]).faults();
    assert!(text.contains("axis 1 of the input `image` is not fixed: [N, ?]"), "{text}");
    let text = Model::new().input_of_any_shape("image").op("Relu", &["image"], "y").output("y").faults();
    assert!(text.contains("the file does not say what shape the input has"), "{text}");
    assert!(text.contains("input_shape = \"image=1x3x96x96\""), "{text}");
}

#[test]
fn every_input_with_a_fault_is_reported() {
    let model = relu_of(&[Fixed(1), Unknown]).input("other", STRING, &[Fixed(1)]).input(
        "third",
        FLOAT,
        &[Unknown, Unknown],
    );
    let text = model.faults();
    assert_eq!(text.matches("error:").count(), 3, "{text}");
    assert!(
        text.contains("inputs of the element type STRING are not supported")
            && text.contains("tensor `other`"),
        "{text}"
    );
}

#[test]
fn the_option_gives_the_extents() {
    let model = relu_of(&[Named("N"), Fixed(3), Named("h"), Named("w")]);
    for name in ["image", ""] {
        let imported = with_shapes(&model, &[(name, &[1, 3, 5, 7])]).expect("they fit");
        assert_eq!(shape(&imported.graph), [1, 3, 5, 7]);
        assert_eq!(imported.notes.to_string(), "", "the batch was given, too");
    }
    let imported = with_shapes(&model, &[("image", &[1, 3, 5, 7]), ("", &[1, 3, 2, 2])]).expect("they fit");
    assert_eq!(shape(&imported.graph), [1, 3, 5, 7], "the name goes before the rest");
    let imported =
        with_shapes(&model, &[("image", &[1, 3, 2, 2]), ("image", &[1, 3, 5, 7])]).expect("they fit");
    assert_eq!(shape(&imported.graph), [1, 3, 5, 7], "the last one counts");
    let fixed = relu_of(&[Fixed(8), Fixed(3)]);
    let imported = with_shapes(&fixed, &[("", &[1, 3])]).expect("a batch may be made smaller");
    assert_eq!(shape(&imported.graph), [1, 3]);
    let any = Model::new().input_of_any_shape("image").op("Relu", &["image"], "y").output("y");
    assert_eq!(shape(&with_shapes(&any, &[("", &[2, 3])]).expect("any shape fits").graph), [2, 3]);
    assert!(with_shapes(&any, &[("", &[2, 0])]).is_err_and(|text| text.contains("must be at least 1")));
}

#[test]
fn extents_that_do_not_fit() {
    let model = relu_of(&[Named("N"), Fixed(3), Named("h")]);
    for extents in [&[1, 3][..], &[1, 3, 5, 7], &[1, 4, 5], &[1, 3, 0]] {
        let text = with_shapes(&model, &[("image", extents)]).expect_err("they do not fit");
        let given: Vec<String> = extents.iter().map(usize::to_string).collect();
        let message = format!("the extents {} do not fit the declared [N, 3, h]", given.join("x"));
        assert!(text.contains(&message) && text.contains("input_shape"), "{text}");
    }
    let text = with_shapes(&model, &[("picture", &[1, 3, 5])]).expect_err("there is no such input");
    assert!(
        text.contains("the model has no input `picture`") && text.contains("its inputs are: image"),
        "{text}"
    );
    let text =
        with_shapes(&relu_of(&[Unknown, Unknown]), &[("", &[1 << 40, 1 << 40])]).expect_err("too large");
    assert!(text.contains("is too large"), "{text}");
}

#[test]
fn inputs_that_feed_convolutions_have_their_channels_innermost() {
    let pool = |input: &str| Node::new("MaxPool", &[input], "y").ints("kernel_shape", &[1, 1]);
    let of = |extents: &[i64]| Model::of(extents);
    let graph = of(&[1, 3, 5, 7]).node(pool("x")).output("y").graph();
    assert_eq!(shape(&graph), [1, 5, 7, 3]);
    assert_eq!(graph.inputs[0].boundary.source_axes.as_deref(), Some(&[0, 2, 3, 1][..]));
    // The bytes are the same: the caller's tensor has the file's shape.
    let graph = of(&[1, 1, 5, 7]).node(pool("x")).output("y").graph();
    assert_eq!(shape(&graph), [1, 1, 5, 7]);
    assert_eq!(graph.inputs[0].boundary.source_axes, None);
    // Behind operators that do not care for the order of axes.
    let graph = of(&[1, 3, 5, 7]).op("Relu", &["x"], "r").node(pool("r")).output("y").graph();
    assert_eq!(shape(&graph), [1, 5, 7, 3]);
    // A transpose in front brings the file's NHWC: nothing moves.
    let transpose = Node::new("Transpose", &["x"], "t").ints("perm", &[0, 3, 1, 2]);
    let graph = of(&[1, 5, 7, 3]).node(transpose).node(pool("t")).output("y").graph();
    assert_eq!(shape(&graph), [1, 5, 7, 3]);
    assert_eq!(graph.inputs[0].boundary.source_axes, None);
    // A sequence keeps its rank.
    let graph =
        of(&[1, 3, 7]).node(Node::new("MaxPool", &["x"], "y").ints("kernel_shape", &[1])).output("y").graph();
    assert_eq!(shape(&graph), [1, 7, 3]);
    // Nobody wants another order.
    let graph = of(&[1, 3, 5, 7]).op("Relu", &["x"], "y").output("y").graph();
    assert_eq!((shape(&graph), graph.inputs[0].boundary.source_axes.clone()), (vec![1, 3, 5, 7], None));
}

#[test]
fn initializers_are_no_inputs() {
    // Before version 4 of the format they are listed among them.
    let model = Model::of(&[2]).input("c", FLOAT, &[Fixed(2)]).constant("c", reals(&[2], &[1.0, 2.0]));
    assert_eq!(model.op("Add", &["x", "c"], "y").output("y").graph().inputs.len(), 1);
}

#[test]
fn floats_of_another_width_are_told() {
    const FLOAT16: i64 = 10;
    let imported = Model::new().input("x", FLOAT16, &[Fixed(2)]).op("Relu", &["x"], "y").output("y").import();
    let notes = imported.expect("f16 is taken as f32").notes.to_string();
    assert!(notes.contains("the input `x` is FLOAT16 in the file, and f32 here"), "{notes}");
}

#[test]
fn integers_may_be_inputs() {
    let graph = Model::new().input("x", INT8, &[Fixed(2)]).op("Flatten", &["x"], "y").output("y").import();
    assert!(graph.is_ok_and(|imported| imported.graph.inputs.len() == 1));
}
