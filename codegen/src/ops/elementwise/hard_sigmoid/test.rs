use super::HardSigmoid;
use crate::ir::{DType, Quant, Reference, TensorType, Value};
use crate::ops::common::single;

fn on_i8(reference: Reference, from: (f32, i32), to: (f32, i32), x: [i8; 4]) -> Vec<i8> {
    let ty =
        |(scale, zero_point)| TensorType::quantised(DType::I8, [4], Quant::per_tensor(scale, zero_point));
    let graph =
        single::graph(HardSigmoid { alpha: 0.25, beta: 0.5 }, reference, vec![single::fed(ty(from))], ty(to));
    single::run(&graph, &[Value::i8([4], x.to_vec()).unwrap()]).as_i8().unwrap().to_vec()
}

fn on_f32(x: [f32; 4]) -> Vec<f32> {
    let ty = TensorType::new(DType::F32, [4]);
    let graph = single::graph(
        HardSigmoid { alpha: 0.25, beta: 0.5 },
        Reference::Tflm,
        vec![single::fed(ty.clone())],
        ty,
    );
    single::run(&graph, &[Value::f32([4], x.to_vec()).unwrap()]).as_f32().unwrap().to_vec()
}

#[test]
fn real_numbers() {
    assert_eq!(on_f32([-3.0, -1.0, 1.0, 3.0]), [0.0, 0.25, 0.75, 1.0]);
}

#[test]
fn quantised_by_the_rounding_of_the_reference() {
    // Real values -3, -0.25, 0.75, 3; results 0, 7, 11 and 16 sixteenths, in eighths.
    let y = |reference| on_i8(reference, (0.25, 1), (0.125, -8), [-11, 0, 4, 13]);
    assert_eq!(y(Reference::Onnx), [-8, -4, -2, 0]);
    assert_eq!(y(Reference::Tflm), [-8, -4, -2, 0]);
    // 7 / 16 is 1.75 quarters; 1 / 8 is half a quarter.
    let y = |reference| on_i8(reference, (0.5, 0), (0.25, 0), [-3, 1, 3, 4]);
    assert_eq!(y(Reference::Onnx), [0, 2, 4, 4]);
    assert_eq!(y(Reference::Tflm), [1, 3, 4, 4]);
}
