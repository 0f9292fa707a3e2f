//! LSTM cells by hand.

use super::super::sequence::{Activation, Direction};
use super::{Lstm, USUAL};
use crate::ir::interpret::Interpreter;
use crate::ir::{DType, Graph, Node, Op, Operator, Quant, Reference, Tensor, TensorType, Value, verify};
use crate::ops::common::single;
use tinyml_arith::unary::UnaryFunction;

/// Cells of one unit over `steps` vectors of one element, which shall be given all results.
fn reals(lstm: Lstm, steps: usize, weights: [[f32; 4]; 2]) -> Graph {
    let mut graph = Graph::new("lstm", Reference::Onnx);
    let x = graph.add_tensor(Tensor::new("x", TensorType::new(DType::F32, [steps, 1])));
    graph.inputs.push(x.into());
    let ways = lstm.direction.ways().len();
    let mut inputs = vec![Some(x)];
    for weights in weights {
        let value = Value::f32([ways, 4, 1], weights.repeat(ways)).unwrap();
        inputs.push(Some(graph.add_tensor(Tensor::constant("weights", value, None))));
    }
    inputs.extend([None, None, None]);
    let types = [vec![ways, 1], vec![ways, 1], vec![steps, ways]];
    let outputs: Vec<_> =
        types.iter().map(|shape| graph.add_tensor(Tensor::new("y", TensorType::new(DType::F32, shape.clone())))).collect();
    outputs.iter().for_each(|&output| graph.outputs.push(output.into()));
    graph.add_node(Node { name: "lstm".to_owned(), op: Op::new(lstm), inputs, outputs });
    graph
}

fn layer(direction: Direction, activations: [Activation; 3]) -> Lstm {
    let activations = activations.repeat(direction.ways().len());
    Lstm { direction, activations, cell_clip: 0.0, sequence: true }
}

/// Gates that are open where their sum is 1, and functions that are none.
const PLAIN: [Activation; 3] = [Activation { function: UnaryFunction::Clamp, a: -1000.0, b: 1000.0 }; 3];

#[test]
fn both_directions_keep_their_places() {
    // The input gate is the vector, the candidate as well, the forget gate the last hidden state, the output gate the vector.
    let graph = reals(layer(Direction::Bidirectional, PLAIN), 2, [[1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 0.0]]);
    verify(&graph).unwrap();
    let results = Interpreter::new(&graph).run(&[Value::f32([2, 1], vec![2.0, 3.0]).unwrap()]).unwrap();
    // Forwards the cell is 4, the hidden state 8; then 8 · 4 + 9 = 41 and 123. Backwards 9 and 27; then 27 · 9 + 4 = 247 and 494.
    let all: Vec<_> = results.iter().map(|value| value.as_f32().unwrap().to_vec()).collect();
    assert_eq!(all, [vec![123.0, 494.0], vec![41.0, 247.0], vec![8.0, 494.0, 123.0, 27.0]]);
}

#[test]
fn a_bound_holds_the_cell() {
    let lstm = Lstm { cell_clip: 5.0, ..layer(Direction::Forward, PLAIN) };
    let graph = reals(lstm, 2, [[1.0, 0.0, 1.0, 1.0], [0.0, 1.0, 0.0, 0.0]]);
    let results = Interpreter::new(&graph).run(&[Value::f32([2, 1], vec![2.0, 3.0]).unwrap()]).unwrap();
    assert_eq!(results[2].as_f32().unwrap(), [8.0, 15.0]);
}

#[test]
fn attributes_are_printed_and_read() {
    let hard = Activation { function: UnaryFunction::HardSigmoid, a: 0.2, b: 0.5 };
    let lstm = layer(Direction::Reverse, [hard, Activation::TANH, PLAIN[0]]);
    let read = Lstm::parse(&lstm.attributes()).unwrap();
    assert_eq!(read.downcast::<Lstm>(), Some(&lstm));
}

#[test]
fn a_state_is_changed_where_it_is() {
    let choice = single::lower(&reals(layer(Direction::Bidirectional, USUAL), 2, [[1.0; 4]; 2])).unwrap();
    assert_eq!(choice.calls.len(), 2);
    assert!(choice.may_replace(4, 0) && choice.may_replace(5, 1) && !choice.may_replace(4, 1) && !choice.may_replace(0, 2));
}

#[test]
fn faults_name_what_does_not_fit() {
    let fault = |lstm: Lstm| single::faults(&reals(lstm, 2, [[1.0; 4]; 2]));
    let few = Lstm { activations: vec![Activation::TANH], ..layer(Direction::Forward, USUAL) };
    assert!(fault(few).contains("has 1 functions, expected 3"));
    let negative = Lstm { cell_clip: -1.0, ..layer(Direction::Forward, USUAL) };
    assert!(fault(negative).contains("must be 0 or above"));
    let mut graph = reals(layer(Direction::Forward, USUAL), 2, [[1.0; 4]; 2]);
    let id = graph.order()[0];
    graph.node_mut(id).inputs[5] = graph.node(id).inputs[0];
    assert!(single::faults(&graph).contains("but not both"));
    let mut graph = reals(layer(Direction::Forward, USUAL), 2, [[1.0; 4]; 2]);
    graph.node_mut(id).op = Op::new(layer(Direction::Bidirectional, USUAL));
    assert!(single::faults(&graph).contains("are not those of 4 gates in 2 directions"));
}

/// What is said of an integer layer with these scales of weights and this type of cell.
fn integers(scales: Vec<f32>, cell: Quant, activations: [Activation; 3]) -> String {
    let tensor = |dtype, shape: &[usize], quant: Option<Quant>| {
        Tensor::new("t", TensorType { dtype, shape: shape.to_vec().into(), quant })
    };
    let one = || Some(Quant::per_tensor(0.5, 3));
    let weights = |columns| tensor(DType::I8, &[1, 8, columns], Some(Quant::symmetric(1, scales.clone())));
    let (x, w, r) = (tensor(DType::I8, &[1, 3, 5], one()), weights(5), weights(2));
    let (hidden, next) = (tensor(DType::I8, &[1, 2], one()), tensor(DType::I16, &[1, 2], Some(cell)));
    let y = tensor(DType::I8, &[1, 3, 2], one());
    let op = layer(Direction::Forward, activations);
    let operands = [Some(&x), Some(&w), Some(&r), None, Some(&hidden), Some(&next)];
    assert_eq!(op.infer(&operands).unwrap().len(), 3);
    let mut faults = Vec::new();
    op.check(&operands, &[&hidden, &next, &y], &mut faults);
    faults.join("; ")
}

#[test]
fn integers_need_scales_of_gates_and_a_power_of_two() {
    let good = || [0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.4].to_vec();
    let cell = Quant::per_tensor(2f32.powi(-11), 0);
    assert_eq!(integers(good(), cell.clone(), USUAL), "");
    let mut bad = good();
    bad[1] = 0.11;
    assert!(integers(bad, cell.clone(), USUAL).contains("must have one scale for each gate"));
    assert!(integers(good(), Quant::per_tensor(0.3, 0), USUAL).contains("a power of two"));
    assert!(integers(good(), Quant::per_tensor(8.0, 0), USUAL).contains("a power of two"));
    assert!(integers(good(), Quant::per_tensor(0.5, 1), USUAL).contains("the zero point 0"));
    assert!(integers(good(), cell, PLAIN).contains("the usual functions"));
}
