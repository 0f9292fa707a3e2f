//! In which order of axes the caller gives inputs and takes outputs.

use super::builder::{Model, Node};
use crate::config::{Options, PortLayout};
use crate::import::Imported;
use crate::ir::Graph;

fn pool(input: &str, output: &str) -> Node {
    Node::new("MaxPool", &[input], output).ints("kernel_shape", &[1, 1])
}

fn transpose(input: &str, output: &str, perm: &[i64]) -> Node {
    Node::new("Transpose", &[input], output).ints("perm", perm)
}

/// Shape and order of the last output, and whether axes are moved.
fn output(graph: &Graph) -> (Vec<usize>, Option<Vec<usize>>, bool) {
    let port = graph.outputs.last().expect("an output");
    let moved = graph.nodes().any(|(_, node)| node.op.name() == "transpose");
    (graph.ty(port.tensor).shape.0.clone(), port.boundary.source_axes.clone(), moved)
}

#[test]
fn images_have_their_channels_last() {
    let graph = Model::of(&[1, 3, 5, 7]).node(pool("x", "y")).output("y").graph();
    assert_eq!(output(&graph), (vec![1, 5, 7, 3], Some(vec![0, 2, 3, 1]), false));
}

#[test]
fn a_transpose_into_channels_last_is_the_conversion_itself() {
    let model =
        Model::of(&[1, 3, 5, 7]).node(pool("x", "p")).node(transpose("p", "y", &[0, 2, 3, 1])).output("y");
    assert_eq!(output(&model.graph()), (vec![1, 5, 7, 3], None, false));
}

#[test]
fn other_transposes_of_the_author_are_carried_out() {
    // Of an image, into an order of the author's own.
    let model =
        Model::of(&[1, 3, 5, 7]).node(pool("x", "p")).node(transpose("p", "y", &[0, 3, 2, 1])).output("y");
    assert_eq!(output(&model.graph()), (vec![1, 7, 5, 3], None, true));
    // Of what is no image, though the order is that of channels last.
    for (extents, perm) in
        [(&[1, 4, 6][..], &[0i64, 2, 1][..]), (&[1, 2, 3, 4], &[0, 2, 3, 1]), (&[2, 3], &[1, 0])]
    {
        let model = Model::of(extents).op("Relu", &["x"], "r").node(transpose("r", "y", perm)).output("y");
        let expected: Vec<usize> = perm.iter().map(|&axis| extents[axis as usize] as usize).collect();
        assert_eq!(output(&model.graph()), (expected, None, true));
    }
    // In front of a convolution, from an order of the author's own.
    let model =
        Model::of(&[1, 7, 5, 3]).node(transpose("x", "t", &[0, 3, 2, 1])).node(pool("t", "y")).output("y");
    let graph = model.graph();
    assert_eq!(graph.ty(graph.inputs[0].tensor).shape.dims(), [1, 7, 5, 3]);
    assert_eq!(graph.inputs[0].boundary.source_axes, None);
}

fn with_file_layout(model: &Model) -> Imported {
    let options = Options { layout: PortLayout::File, ..Options::default() };
    model.import_with(&options).unwrap_or_else(|faults| panic!("{faults}"))
}

#[test]
fn the_files_order_costs_a_copy_that_is_told() {
    let model = Model::of(&[1, 3, 5, 7]).node(pool("x", "y")).output("y");
    let imported = with_file_layout(&model);
    let graph = &imported.graph;
    assert_eq!(output(graph), (vec![1, 3, 5, 7], None, true));
    assert_eq!(graph.ty(graph.inputs[0].tensor).shape.dims(), [1, 3, 5, 7]);
    assert_eq!(graph.inputs[0].boundary.source_axes, None);
    let notes = imported.notes.to_string();
    for port in ["the input `x`", "the output `y`"] {
        let note = format!(
            "{port} has the file's order of axes, [1, 3, 5, 7]: that costs a copy of its 105 elements"
        );
        assert!(notes.contains(&note), "{notes}");
    }
    // Where nothing moves, nothing is told.
    let imported = with_file_layout(&Model::of(&[1, 1, 5, 7]).node(pool("x", "y")).output("y"));
    assert_eq!(imported.notes.to_string(), "");
    let imported = with_file_layout(&Model::of(&[2, 3]).op("Relu", &["x"], "y").output("y"));
    assert_eq!(
        (output(&imported.graph), imported.notes.to_string()),
        ((vec![2, 3], None, false), String::new())
    );
}
