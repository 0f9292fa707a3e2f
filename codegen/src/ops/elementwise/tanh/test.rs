use super::Tanh;
use crate::ir::{DType, Quant, Reference, TensorType, Value};
use crate::ops::common::single;

fn on_i8(reference: Reference, from: (f32, i32), to: (f32, i32), x: [i8; 4]) -> Vec<i8> {
    let ty =
        |(scale, zero_point)| TensorType::quantised(DType::I8, [4], Quant::per_tensor(scale, zero_point));
    let graph = single::graph(Tanh {}, reference, vec![single::fed(ty(from))], ty(to));
    single::run(&graph, &[Value::i8([4], x.to_vec()).unwrap()]).as_i8().unwrap().to_vec()
}

fn on_f32(x: [f32; 4]) -> Vec<f32> {
    let ty = TensorType::new(DType::F32, [4]);
    let graph = single::graph(Tanh {}, Reference::Tflm, vec![single::fed(ty.clone())], ty);
    single::run(&graph, &[Value::f32([4], x.to_vec()).unwrap()]).as_f32().unwrap().to_vec()
}

#[test]
fn real_numbers() {
    let y = on_f32([-100.0, 0.0, 0.5, 100.0]);
    assert_eq!((y[0], y[1], y[3]), (-1.0, 0.0, 1.0));
    assert!((y[2] - 0.462_117_16).abs() < 2e-7);
}

#[test]
fn both_references() {
    // tanh(1) = 97.48 / 128.
    for reference in [Reference::Tflm, Reference::Onnx] {
        assert_eq!(on_i8(reference, (0.1, 10), (1.0 / 128.0, 0), [-128, 0, 10, 20]), [-128, -97, 0, 97]);
    }
}

#[test]
fn onnx_takes_any_result_scale() {
    assert_eq!(on_i8(Reference::Onnx, (0.1, 10), (0.1, 5), [-128, 0, 10, 20]), [-5, -3, 5, 13]);
}
