//! Gated recurrent units by hand.

use super::Gru;
use crate::ir::{DType, Operator, Reference, TensorType, Value};
use crate::ops::common::single::{constant, fed, graph, run};
use crate::ops::recurrent::sequence::{Activation, Direction};
use tinyml_arith::unary::UnaryFunction;

const PLAIN: Activation = Activation { function: UnaryFunction::Clamp, a: -100.0, b: 100.0 };

/// The hidden state after a vector of 2 and a state of 3, without functions.
fn after(linear_before_reset: bool) -> f32 {
    let op = Gru {
        direction: Direction::Forward,
        activations: vec![PLAIN; 2],
        linear_before_reset,
        sequence: false,
    };
    let real = |shape: &[usize]| TensorType::new(DType::F32, shape.to_vec());
    // Update 2 · 1 + 3 · 0 + 1 = 3; reset 2 · 0 + 3 · 1 + 1 = 4.
    let operands = vec![
        fed(real(&[1, 1])),
        constant(Value::f32([1, 3, 1], vec![1.0, 0.0, 5.0]), None),
        constant(Value::f32([1, 3, 1], vec![0.0, 1.0, 0.5]), None),
        constant(Value::f32([1, 4], vec![1.0, 1.0, 10.0, 2.0]), None),
        fed(real(&[1, 1])),
    ];
    let read = Gru::parse(&op.attributes()).unwrap();
    assert_eq!(read.downcast::<Gru>(), Some(&op));
    let graph = graph(op, Reference::Onnx, operands, real(&[1, 1]));
    let value = |x: f32| Value::f32([1, 1], vec![x]).unwrap();
    run(&graph, &[value(2.0), value(3.0)]).as_f32().unwrap()[0]
}

#[test]
fn the_reset_gate_works_before_or_behind_the_products() {
    // Candidates: 2 · 5 + 10 + 4 · (3 · 0.5 + 2) = 34, or 2 · 5 + 10 + (4 · 3) · 0.5 + 2 = 28.
    assert_eq!(after(true), -2.0 * 34.0 + 3.0 * 3.0);
    assert_eq!(after(false), -2.0 * 28.0 + 3.0 * 3.0);
}
