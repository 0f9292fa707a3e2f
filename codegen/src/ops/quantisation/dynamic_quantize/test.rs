use super::DynamicQuantize;
use crate::ir::{DType, Evaluation, Operator, Reference, Tensor, TensorType, Value};

fn quantise(x: &[f32]) -> Vec<Value> {
    let tensor = Tensor::new("x", TensorType::new(DType::F32, [x.len()]));
    let value = Value::f32([x.len()], x.to_vec()).unwrap();
    let types = DynamicQuantize {}.infer(&[Some(&tensor)]).unwrap();
    let outputs: Vec<_> = types.iter().collect();
    let call = Evaluation { inputs: &[Some((&tensor, &value))], outputs: &outputs, reference: Reference::Tflm };
    DynamicQuantize {}.evaluate(&call).unwrap()
}

#[test]
fn the_largest_magnitude_becomes_127() {
    let results = quantise(&[0.5, -2.54, 1.0, 0.01]);
    // Steps of 0.02; 0.01 lies between two and rounds away from zero.
    assert_eq!(results[0].as_f32().unwrap(), [25.0, -127.0, 50.0, 1.0]);
    assert_eq!(results[1].as_f32().unwrap(), [2.54 / 127.0]);
}

#[test]
fn zeros_have_a_scale_too() {
    let results = quantise(&[0.0, -0.0]);
    assert_eq!(results[0].as_f32().unwrap(), [0.0, 0.0]);
    assert_eq!(results[1].as_f32().unwrap(), [1.0]);
}

#[test]
fn only_floats_are_quantised() {
    let tensor = Tensor::new("x", TensorType::new(DType::I8, [2]));
    assert_eq!(DynamicQuantize {}.infer(&[Some(&tensor)]).unwrap_err(), "expects one f32 operand");
}
