//! Simple cells by hand.

use super::Rnn;
use crate::ir::{DType, Operator, Reference, TensorType, Value};
use crate::ops::common::single::{constant, fed, graph, lower, run};
use crate::ops::recurrent::sequence::{Activation, Direction};
use tinyml_arith::unary::UnaryFunction;

#[test]
fn backwards_with_relu_from_a_constant() {
    let relu = Activation { function: UnaryFunction::Clamp, a: 0.0, b: f32::INFINITY };
    let op = Rnn { direction: Direction::Reverse, activations: vec![relu], sequence: false };
    let read = Rnn::parse(&op.attributes()).unwrap();
    assert_eq!(read.downcast::<Rnn>(), Some(&op));
    let real = |shape: &[usize]| TensorType::new(DType::F32, shape.to_vec());
    let operands = vec![
        fed(real(&[3, 1])),
        constant(Value::f32([1, 1, 1], vec![1.0]), None),
        constant(Value::f32([1, 1, 1], vec![2.0]), None),
        None,
        constant(Value::f32([1, 1], vec![5.0]), None),
    ];
    let graph = graph(op, Reference::Onnx, operands, real(&[1, 1]));
    // -40 + 10 is cut off at 0; then 0 · 2 + 3, and 3 · 2 + 1.
    let y = run(&graph, &[Value::f32([3, 1], vec![1.0, 3.0, -40.0]).unwrap()]);
    assert_eq!(y.as_f32().unwrap(), [7.0]);
    let kernels: Vec<_> = lower(&graph).unwrap().calls.iter().map(|call| call.kernel).collect();
    assert_eq!(kernels, ["copy_constant_strided_f32", "rnn_f32"]);
}
