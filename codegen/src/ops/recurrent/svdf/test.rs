//! SVDF layers by hand.

use super::Svdf;
use crate::ir::interpret::Interpreter;
use crate::ir::{DType, Graph, Node, Op, Quant, Reference, State, Tensor, TensorType, Value, verify};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::common::single;

/// A layer of one unit of two filters over three steps, whose state is tied.
fn layer(rank: usize, weights: [usize; 2], state: [usize; 2]) -> Graph {
    let mut graph = Graph::new("svdf", Reference::Tflm);
    let mut real = |name: &str, shape: [usize; 2]| graph.add_tensor(Tensor::new(name, TensorType::new(DType::F32, shape)));
    let ids = [real("x", [1, 2]), real("state", state), real("y", [1, 1]), real("next", state)];
    let mut constant = |shape: [usize; 2], data: Vec<f32>| {
        let value = Value::f32(shape, data).unwrap();
        Some(graph.add_tensor(Tensor::constant("constant", value, None)))
    };
    let count = weights[0] * weights[1];
    let inputs = vec![
        Some(ids[0]),
        constant(weights, (1..=count).map(|i| i as f32).collect()),
        constant([2, 3], vec![1.0, 10.0, 100.0, 0.5, 0.0, -1.0]),
        None,
        Some(ids[1]),
    ];
    let op = Op::new(Svdf { rank, clamp: UNCLAMPED });
    graph.add_node(Node { name: "svdf".to_owned(), op, inputs, outputs: vec![ids[2], ids[3]] });
    graph.inputs.push(ids[0].into());
    graph.outputs.push(ids[2].into());
    graph.states.push(State { read: ids[1], write: ids[3], initial: None });
    graph
}

#[test]
fn the_newest_number_comes_last() {
    let graph = layer(2, [2, 2], [1, 6]);
    verify(&graph).unwrap();
    let mut interpreter = Interpreter::new(&graph);
    let mut step = |x: [f32; 2]| {
        let x = Value::f32([1, 2], x.to_vec()).unwrap();
        interpreter.run(&[x]).unwrap()[0].as_f32().unwrap()[0]
    };
    // The filters give 1 and 3, then 2 and 4, then nothing.
    assert_eq!(step([1.0, 0.0]), 100.0 - 3.0);
    assert_eq!(step([0.0, 1.0]), 10.0 + 200.0 - 4.0);
    assert_eq!(step([0.0, 0.0]), 1.0 + 20.0 + 1.5);
    assert_eq!(step([0.0, 0.0]), 2.0 + 2.0);
    assert_eq!(step([0.0, 0.0]), 0.0);
}

#[test]
fn faults_name_what_does_not_fit() {
    let fault = |rank, weights, state| single::faults(&layer(rank, weights, state));
    assert!(fault(0, [2, 2], [1, 6]).contains("2 filters do not make units of rank 0"));
    assert!(fault(3, [2, 2], [1, 6]).contains("2 filters do not make units of rank 3"));
    assert!(fault(2, [3, 2], [1, 6]).contains("do not belong together"));
    assert!(fault(2, [2, 3], [1, 6]).contains("takes 3 elements in a step"));
    assert!(fault(2, [2, 2], [1, 5]).contains("expected 2 filters of 3 steps"));
}

#[test]
fn integers_need_one_scale_for_all_weights() {
    let ty = |dtype, shape: &[usize], quant| Some(Tensor::new("t", TensorType::quantised(dtype, shape.to_vec(), quant)));
    let one = Quant::per_tensor(0.5, 0);
    let of = |weights: Quant, time: Quant| {
        let operands = [
            ty(DType::I8, &[1, 2], one.clone()),
            ty(DType::I8, &[2, 2], weights),
            ty(DType::I16, &[2, 3], time),
            None,
            ty(DType::I16, &[1, 6], one.clone()),
        ];
        let operands: Vec<Option<&Tensor>> = operands.iter().map(Option::as_ref).collect();
        let y = ty(DType::I8, &[1, 1], one.clone()).unwrap();
        let op = Op::new(Svdf { rank: 2, clamp: UNCLAMPED });
        assert_eq!(op.infer(&operands).unwrap().len(), 2);
        let mut faults = Vec::new();
        op.check(&operands, &[&y], &mut faults);
        faults.join("; ")
    };
    assert_eq!(of(one.clone(), one.clone()), "");
    assert!(of(Quant::symmetric(0, vec![0.5, 0.25]), one.clone()).contains("must have one scale"));
    assert!(of(one.clone(), Quant::per_tensor(0.5, 3)).contains("the zero point 0"));
}
