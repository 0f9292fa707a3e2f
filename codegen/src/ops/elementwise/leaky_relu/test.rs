use super::LeakyRelu;
use crate::ir::{DType, Quant, Reference, TensorType, Value};
use crate::ops::common::single;

fn on_i8(reference: Reference, from: (f32, i32), to: (f32, i32), x: [i8; 4]) -> Vec<i8> {
    let ty =
        |(scale, zero_point)| TensorType::quantised(DType::I8, [4], Quant::per_tensor(scale, zero_point));
    let graph = single::graph(LeakyRelu { alpha: 0.25 }, reference, vec![single::fed(ty(from))], ty(to));
    single::run(&graph, &[Value::i8([4], x.to_vec()).unwrap()]).as_i8().unwrap().to_vec()
}

fn on_f32(x: [f32; 4]) -> Vec<f32> {
    let ty = TensorType::new(DType::F32, [4]);
    let graph = single::graph(LeakyRelu { alpha: 0.25 }, Reference::Tflm, vec![single::fed(ty.clone())], ty);
    single::run(&graph, &[Value::f32([4], x.to_vec()).unwrap()]).as_f32().unwrap().to_vec()
}

#[test]
fn real_numbers() {
    assert_eq!(on_f32([-8.0, -1.0, 0.0, 3.0]), [-2.0, -0.25, 0.0, 3.0]);
}

#[test]
fn both_sides_are_rescaled() {
    // Real values -4, -2, 1, 60 (saturates) in halves; then in quarters.
    let y = on_i8(Reference::Tflm, (0.5, 2), (0.25, -20), [-6, -2, 4, 122]);
    assert_eq!(y, [-24, -22, -16, 127]);
}

#[test]
fn ties_depend_on_the_reference() {
    // -0.5, -1.5 and -2.5 steps: TFLM rounds up, then (nothing is left to shift); ONNX to even.
    let y = |reference| on_i8(reference, (1.0, 0), (1.0, 0), [-2, -6, -10, 1]);
    assert_eq!(y(Reference::Onnx), [0, -2, -2, 1]);
    assert_eq!(y(Reference::Tflm), [-1, -2, -3, 1]);
}
