use super::Clamp;
use crate::ir::{DType, Quant, Reference, TensorType, Value};
use crate::kernel::{Const, Overlap, Gaps};
use crate::ops::common::single;

fn i8_type(scale: f32, zero_point: i32) -> TensorType {
    TensorType::quantised(DType::I8, [1, 4], Quant::per_tensor(scale, zero_point))
}

fn on_i8(clamp: Clamp, reference: Reference, from: (f32, i32), to: (f32, i32), x: [i8; 4]) -> Vec<i8> {
    let graph =
        single::graph(clamp, reference, vec![single::fed(i8_type(from.0, from.1))], i8_type(to.0, to.1));
    single::run(&graph, &[Value::i8([1, 4], x.to_vec()).unwrap()]).as_i8().unwrap().to_vec()
}

#[test]
fn real_numbers() {
    let ty = TensorType::new(DType::F32, [4]);
    let graph = single::graph(Clamp::RELU6, Reference::Tflm, vec![single::fed(ty.clone())], ty);
    let x = Value::f32([4], vec![-1.0, 0.5, 6.5, f32::INFINITY]).unwrap();
    assert_eq!(single::run(&graph, &[x]).as_f32(), Some([0.0, 0.5, 6.0, 6.0].as_slice()));
    let call = &single::lower(&graph).unwrap().calls[0];
    assert_eq!((call.kernel, call.overlap.as_slice()), ("unary_f32", [(0, Overlap::Sliding(Gaps::BYTE_FOR_BYTE))].as_slice()));
    assert!(call.shape.contains(&("FUNCTION", Const::Variant("UnaryFunction::Clamp"))));
}

#[test]
fn relu_rescales_to_the_result() {
    // Real values -1, 0, 0.5, 2 in halves; then in quarters from -128.
    let y = on_i8(Clamp::RELU, Reference::Tflm, (0.5, 10), (0.25, -128), [8, 10, 11, 14]);
    assert_eq!(y, [-128, -128, -126, -120]);
}

/// TFLM's RELU6 does not look at the result's quantisation, LiteRT's and ONNX's do.
#[test]
fn relu6_between_scales_depends_on_the_reference() {
    let relu6 = |reference| on_i8(Clamp::RELU6, reference, (0.5, 10), (0.25, -128), [8, 10, 11, 50]);
    assert_eq!(relu6(Reference::Tflm), [10, 10, 11, 22]);
    assert_eq!(relu6(Reference::Litert), [-128, -128, -126, -104]);
    assert_eq!(relu6(Reference::Onnx), [-128, -128, -126, -104]);
}

#[test]
fn ties_of_onnx_go_to_even() {
    let y = |reference| on_i8(Clamp::RELU, reference, (0.5, 0), (1.0, 0), [1, 3, 5, 7]);
    assert_eq!(y(Reference::Onnx), [0, 2, 2, 4]);
    assert_eq!(y(Reference::Tflm), [1, 2, 3, 4]);
}

#[test]
fn bounds_outside_the_range_saturate() {
    let clip = Clamp { min: -500.0, max: -400.0 };
    for reference in [Reference::Tflm, Reference::Onnx] {
        assert_eq!(on_i8(clip.clone(), reference, (1.0, 0), (1.0, 0), [-128, -5, 0, 127]), [-128; 4]);
    }
}

#[test]
fn bytes_of_either_sign() {
    let ty = TensorType::quantised(DType::U8, [3], Quant::per_tensor(0.5, 128));
    let graph = single::graph(Clamp::RELU, Reference::Onnx, vec![single::fed(ty.clone())], ty);
    let x = Value::u8([3], vec![0, 128, 255]).unwrap();
    assert_eq!(single::run(&graph, &[x]).as_u8(), Some([128, 128, 255].as_slice()));
}

#[test]
fn faults_name_what_does_not_fit() {
    let plain = TensorType::new(DType::I8, [4]);
    let graph = single::graph(Clamp::RELU, Reference::Tflm, vec![single::fed(plain.clone())], plain);
    assert!(single::faults(&graph).contains("must have one scale"), "{}", single::faults(&graph));
    let wide = TensorType::new(DType::I32, [4]);
    let graph = single::graph(Clamp::RELU, Reference::Tflm, vec![single::fed(wide.clone())], wide);
    assert!(single::faults(&graph).contains("not on i32"), "{}", single::faults(&graph));
    let graph =
        single::graph(Clamp::RELU, Reference::Tflm, vec![single::fed(i8_type(1.0, 0))], i8_type(1.0, 0));
    assert!(single::lower(&graph).unwrap_err().contains("tabulate"));
}
