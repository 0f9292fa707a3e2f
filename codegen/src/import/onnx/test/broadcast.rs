//! Elementwise operators line axes up as the file has them, whatever order the graph has.

use super::builder::{Model, Node, reals};
use crate::ir::interpret::Interpreter;
use crate::ir::{Shape, Value};
use crate::ports::{from_graph, to_graph};

const IMAGE: [usize; 4] = [1, 3, 2, 4];

fn numbers(dims: &[usize], step: f32) -> Value {
    let count = dims.iter().product::<usize>();
    reals(dims, &(0..count).map(|i| i as f32 * step - 5.0).collect::<Vec<_>>())
}

/// A pool that changes nothing, so that the value is held with its channels innermost.
fn channels_last(input: &str, output: &str) -> Node {
    Node::new("MaxPool", &[input], output).ints("kernel_shape", &[1, 1])
}

/// The output of a model for inputs in the file's order.
fn run(model: &Model, inputs: &[Value], like: &Value) -> Value {
    let graph = model.graph();
    let fed: Vec<Value> = graph
        .inputs
        .iter()
        .zip(inputs)
        .map(|(port, value)| to_graph(&graph, port, value).expect("the input fits"))
        .collect();
    let results = Interpreter::new(&graph).run(&fed).expect("the graph runs");
    from_graph(&graph, &graph.outputs[0], &results[0], like).expect("the output fits")
}

/// `a - b` by NumPy's rule.
fn difference(a: &Value, b: &Value) -> Value {
    let shape: Shape = a.shape().broadcast(b.shape()).expect("shapes that broadcast");
    let of = |value: &Value| value.broadcast_to(&shape).expect("it broadcasts").dequantise(None);
    let data = of(a).iter().zip(of(b)).map(|(a, b)| a - b).collect();
    Value::f32(shape, data).expect("as many elements")
}

#[test]
fn constants_of_every_rank() {
    let shapes: &[&[usize]] = &[
        &[],
        &[1],
        &[4],
        &[1, 4],
        &[2, 1],
        &[2, 4],
        &[3, 1, 1],
        &[3, 1, 4],
        &[3, 2, 4],
        &[1, 3, 1, 1],
        &[1, 1, 2, 1],
        &[1, 3, 2, 4],
        &[2, 3, 1, 4],
        &[2, 1, 3, 2, 4],
        &[1, 1, 3, 1, 1],
    ];
    let x = numbers(&IMAGE, 0.5);
    for dims in shapes {
        let c = numbers(dims, 0.25);
        let model = Model::of(&[1, 3, 2, 4]).constant("c", c.clone()).node(channels_last("x", "image"));
        for (operands, expected) in
            [(["image", "c"], difference(&x, &c)), (["c", "image"], difference(&c, &x))]
        {
            let model = model.clone().op("Sub", &operands, "y").output("y");
            assert_eq!(run(&model, std::slice::from_ref(&x), &expected), expected, "{operands:?} {dims:?}");
        }
    }
}

#[test]
fn computed_operands_of_every_rank() {
    let shapes: &[&[i64]] = &[&[4], &[2, 1], &[3, 2, 4], &[1, 3, 1, 1], &[1, 3, 2, 4], &[2, 3, 1, 4]];
    let x = numbers(&IMAGE, 0.5);
    for extents in shapes {
        let dims: Vec<usize> = extents.iter().map(|&extent| extent as usize).collect();
        let other = numbers(&dims, 0.25);
        let declared: Vec<_> = extents.iter().map(|&extent| super::builder::Extent::Fixed(extent)).collect();
        let model = Model::of(&[1, 3, 2, 4])
            .input("other", super::builder::FLOAT, &declared)
            .node(channels_last("x", "image"))
            .op("Sub", &["other", "image"], "y")
            .output("y");
        let expected = difference(&other, &x);
        assert_eq!(run(&model, &[x.clone(), other], &expected), expected, "{extents:?}");
    }
}

#[test]
fn a_constant_per_channel_has_one_axis_in_the_graph() {
    // So that passes and kernels see that it is one.
    for dims in [&[3, 1, 1][..], &[1, 3, 1, 1]] {
        let model = Model::of(&[1, 3, 2, 4]).constant("c", numbers(dims, 1.0));
        let model = model.node(channels_last("x", "image")).op("Mul", &["image", "c"], "y").output("y");
        let graph = model.graph();
        let (_, product) = graph.nodes().last().expect("the product");
        let constant = product.operands().find(|&id| graph.tensor(id).is_constant()).expect("the constant");
        assert_eq!(graph.ty(constant).shape.dims(), [3], "{dims:?}");
    }
}

#[test]
fn shapes_that_do_not_broadcast() {
    let model =
        Model::of(&[1, 3, 2, 4]).constant("c", numbers(&[3], 1.0)).op("Add", &["x", "c"], "y").output("y");
    let faults = model.faults();
    assert!(faults.contains("do not broadcast") && faults.contains("node `y` (Add)"), "{faults}");
}
