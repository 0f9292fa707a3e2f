use super::DynamicQuantize;
use crate::ir::{DType, Evaluation, Operator, Reference, Tensor, TensorType, Value};

const SYMMETRIC: DynamicQuantize = DynamicQuantize { asymmetric: false, rows: 1 };

fn quantise(op: DynamicQuantize, x: &[f32]) -> Vec<Value> {
    let tensor = Tensor::new("x", TensorType::new(DType::F32, [x.len()]));
    let value = Value::f32([x.len()], x.to_vec()).unwrap();
    let types = op.infer(&[Some(&tensor)]).unwrap();
    let outputs: Vec<_> = types.iter().collect();
    let call = Evaluation { inputs: &[Some((&tensor, &value))], outputs: &outputs, reference: Reference::Tflm };
    op.evaluate(&call).unwrap()
}

#[test]
fn the_largest_magnitude_becomes_127() {
    let results = quantise(SYMMETRIC, &[0.5, -2.54, 1.0, 0.01]);
    // Steps of 0.02; 0.01 lies between two and rounds away from zero.
    assert_eq!(results[0].as_f32().unwrap(), [25.0, -127.0, 50.0, 1.0]);
    assert_eq!(results[1].as_f32().unwrap(), [2.54 / 127.0]);
}

#[test]
fn zeros_have_a_scale_too() {
    let results = quantise(SYMMETRIC, &[0.0, -0.0]);
    assert_eq!(results[0].as_f32().unwrap(), [0.0, 0.0]);
    assert_eq!(results[1].as_f32().unwrap(), [1.0]);
}

#[test]
fn only_floats_are_quantised() {
    let tensor = Tensor::new("x", TensorType::new(DType::I8, [2]));
    assert_eq!(SYMMETRIC.infer(&[Some(&tensor)]).unwrap_err(), "expects one f32 operand");
}

#[test]
fn each_row_has_its_own_range() {
    let results = quantise(DynamicQuantize { asymmetric: true, rows: 2 }, &[0.75, 255.0, -51.0, 0.0]);
    assert_eq!(results[0].as_f32().unwrap(), [1.0, 255.0, -255.0, 0.0]);
    assert_eq!((results[1].as_f32().unwrap(), results[1].shape().dims()), (&[1.0, 0.2][..], &[2, 1][..]));
    let tensor = Tensor::new("x", TensorType::new(DType::F32, [5]));
    let uneven = DynamicQuantize { asymmetric: false, rows: 2 }.infer(&[Some(&tensor)]);
    assert!(uneven.unwrap_err().contains("rows of equal length"));
}
