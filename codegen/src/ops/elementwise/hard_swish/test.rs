use super::HardSwish;
use crate::ir::{DType, Quant, Reference, TensorType, Value};
use crate::ops::common::single;

fn on_i8(reference: Reference, from: (f32, i32), to: (f32, i32), x: [i8; 4]) -> Vec<i8> {
    let ty =
        |(scale, zero_point)| TensorType::quantised(DType::I8, [4], Quant::per_tensor(scale, zero_point));
    let graph = single::graph(HardSwish {}, reference, vec![single::fed(ty(from))], ty(to));
    single::run(&graph, &[Value::i8([4], x.to_vec()).unwrap()]).as_i8().unwrap().to_vec()
}

fn on_f32(x: [f32; 4]) -> Vec<f32> {
    let ty = TensorType::new(DType::F32, [4]);
    let graph = single::graph(HardSwish {}, Reference::Tflm, vec![single::fed(ty.clone())], ty);
    single::run(&graph, &[Value::f32([4], x.to_vec()).unwrap()]).as_f32().unwrap().to_vec()
}

#[test]
fn real_numbers() {
    assert_eq!(on_f32([-4.0, -1.5, 1.5, 5.0]), [0.0, -0.375, 1.125, 5.0]);
}

#[test]
fn both_references() {
    // Real values -4, -1.5, 1.5, 4 in sixteenths; then in units of 3 / 64.
    for reference in [Reference::Tflm, Reference::Onnx] {
        let y = on_i8(reference, (1.0 / 16.0, 0), (3.0 / 64.0, -30), [-64, -24, 24, 64]);
        assert_eq!(y, [-30, -38, -6, 55]);
    }
}
