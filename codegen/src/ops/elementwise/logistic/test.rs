use super::Logistic;
use crate::ir::{DType, Quant, Reference, TensorType, Value};
use crate::ops::common::single;

fn on_i8(reference: Reference, from: (f32, i32), to: (f32, i32), x: [i8; 4]) -> Vec<i8> {
    let ty =
        |(scale, zero_point)| TensorType::quantised(DType::I8, [4], Quant::per_tensor(scale, zero_point));
    let graph = single::graph(Logistic {}, reference, vec![single::fed(ty(from))], ty(to));
    single::run(&graph, &[Value::i8([4], x.to_vec()).unwrap()]).as_i8().unwrap().to_vec()
}

fn on_f32(x: [f32; 4]) -> Vec<f32> {
    let ty = TensorType::new(DType::F32, [4]);
    let graph = single::graph(Logistic {}, Reference::Tflm, vec![single::fed(ty.clone())], ty);
    single::run(&graph, &[Value::f32([4], x.to_vec()).unwrap()]).as_f32().unwrap().to_vec()
}

#[test]
fn real_numbers() {
    let y = on_f32([-200.0, 0.0, 1.0, 200.0]);
    assert_eq!((y[0], y[1], y[3]), (0.0, 0.5, 1.0));
    assert!((y[2] - 0.731_058_6).abs() < 3e-7);
}

#[test]
fn both_references() {
    // 1 / (1 + e^-1) = 187.15 / 256; e^-1 / (1 + e^-1) = 68.85 / 256.
    let expected = [-128, -59, 0, 59];
    for reference in [Reference::Tflm, Reference::Onnx] {
        assert_eq!(on_i8(reference, (0.1, 10), (1.0 / 256.0, -128), [-128, 0, 10, 20]), expected);
    }
}

#[test]
fn onnx_takes_any_result_scale() {
    assert_eq!(on_i8(Reference::Onnx, (0.1, 10), (0.01, 0), [-128, 0, 10, 20]), [0, 27, 50, 73]);
}

#[test]
fn tflite_has_one_result_scale() {
    let ty = |scale| TensorType::quantised(DType::I8, [1], Quant::per_tensor(scale, 0));
    let graph = single::graph(Logistic {}, Reference::Tflm, vec![single::fed(ty(0.1))], ty(0.01));
    let x = Value::i8([1], vec![0]).unwrap();
    let fault = crate::ir::interpret::Interpreter::new(&graph).run(&[x]).unwrap_err().to_string();
    assert!(fault.contains("q(0.00390625, -128)"), "{fault}");
}
