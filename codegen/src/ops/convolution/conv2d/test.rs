//! Convolutions by hand.

use super::Conv2d;
use crate::ir::{DType, Graph, Quant, Reference, TensorType, Value};
use crate::kernel::{Const, Param};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::common::single::{constant, faults, fed, graph, lower, run};

fn plain() -> Conv2d {
    Conv2d { stride: [1, 1], padding: [0; 4], dilation: [1, 1], groups: 1, clamp: UNCLAMPED }
}

fn f32_ty<const N: usize>(shape: [usize; N]) -> TensorType {
    TensorType::new(DType::F32, shape)
}

fn i8_ty<const N: usize>(shape: [usize; N], scale: f32, zero_point: i32) -> TensorType {
    TensorType::quantised(DType::I8, shape, Quant::per_tensor(scale, zero_point))
}

/// An image of 3×3 with one channel, 1 to 9.
fn nine() -> Value {
    Value::f32([1, 3, 3, 1], (1..=9).map(|v| v as f32).collect()).unwrap()
}

#[test]
fn f32_sums_over_the_taps_in_the_image() {
    let conv = Conv2d { padding: [1, 0, 1, 0], clamp: [0.0, 20.0], ..plain() };
    let weights = constant(Value::f32([1, 2, 2, 1], vec![1.0, 2.0, 3.0, -4.0]), None);
    let bias = constant(Value::f32([1], vec![0.5]), None);
    let graph =
        graph(conv, Reference::Tflm, vec![fed(f32_ty([1, 3, 3, 1])), weights, bias], f32_ty([1, 3, 3, 1]));
    let result = run(&graph, &[nine()]);
    // -4·1, 3·1-4·2, 3·2-4·3 in the first row; from (1, 1) on e.g. 1+2·2+3·4-4·5.
    let sums = [-4.0, -5.0, -6.0, -14.0, -3.0, -1.0, -20.0, 3.0, 5.0];
    let expected: Vec<f32> = sums.iter().map(|sum: &f32| (sum + 0.5).clamp(0.0, 20.0)).collect();
    assert_eq!(result.as_f32().unwrap(), expected);
}

#[test]
fn f32_strides_and_dilates() {
    let weights = || constant(Value::f32([1, 2, 1, 1], vec![1.0, 10.0]), None);
    let strided = Conv2d { stride: [1, 2], ..plain() };
    let of =
        |conv, result| graph(conv, Reference::Tflm, vec![fed(f32_ty([1, 3, 3, 1])), weights(), None], result);
    let result = run(&of(strided, f32_ty([1, 2, 2, 1])), &[nine()]);
    assert_eq!(result.as_f32().unwrap(), [41.0, 63.0, 74.0, 96.0]);
    let dilated = Conv2d { dilation: [2, 1], ..plain() };
    let result = run(&of(dilated, f32_ty([1, 1, 3, 1])), &[nine()]);
    assert_eq!(result.as_f32().unwrap(), [71.0, 82.0, 93.0]);
}

#[test]
fn groups_convolve_their_own_channels() {
    let conv = Conv2d { groups: 2, ..plain() };
    // Four channels in two groups of two, two results for each group.
    let weights = constant(Value::f32([4, 1, 1, 2], vec![1.0, 0.0, 0.0, 1.0, 2.0, 3.0, -1.0, 0.0]), None);
    let graph =
        graph(conv, Reference::Tflm, vec![fed(f32_ty([1, 1, 1, 4])), weights, None], f32_ty([1, 1, 1, 4]));
    let image = Value::f32([1, 1, 1, 4], vec![1.0, 2.0, 3.0, 4.0]).unwrap();
    assert_eq!(run(&graph, &[image]).as_f32().unwrap(), [1.0, 2.0, 18.0, -3.0]);
}

/// Two channels at 1×2 pixels under depthwise weights 1×2, with a scale for each channel.
fn depthwise(reference: Reference, clamp: [f32; 2]) -> Graph {
    let conv = Conv2d { groups: 2, padding: [0, 0, 1, 0], clamp, ..plain() };
    let weights =
        constant(Value::i8([2, 1, 2, 1], vec![1, 2, -3, 4]), Some(Quant::symmetric(0, vec![0.5, 0.25])));
    let bias = constant(Value::i32([2], vec![10, -1]), None);
    let operands = vec![fed(i8_ty([1, 1, 2, 2], 0.5, 3)), weights, bias];
    graph(conv, reference, operands, i8_ty([1, 1, 2, 2], 0.5, -7))
}

#[test]
fn i8_subtracts_the_zero_point_and_rescales_per_channel() {
    let image = Value::i8([1, 1, 2, 2], vec![4, 5, 1, -3]).unwrap();
    let result = run(&depthwise(Reference::Tflm, UNCLAMPED), &[image]);
    // Real pixels in steps: (1, 2), (-2, -6). The left column of taps is padding: it adds nothing.
    // Channel 0: 10 + 2·1 = 12, 10 + 1·1 - 2·2 = 7, halved: 6, 3.5 (away from zero: 4).
    // Channel 1: -1 + 4·2 = 7, -1 - 3·2 - 4·6 = -31, quartered: 1.75, -7.75.
    assert_eq!(result.as_i8().unwrap(), [6 - 7, 2 - 7, 4 - 7, -8 - 7]);
}

#[test]
fn references_round_ties_differently() {
    let image = Value::i8([1, 1, 2, 2], vec![4, 5, 3, -3]).unwrap();
    let first =
        |reference| run(&depthwise(reference, UNCLAMPED), std::slice::from_ref(&image)).as_i8().unwrap()[2];
    // 10 + 1·1 + 2·0 = 11, halved 5.5.
    assert_eq!((first(Reference::Tflm), first(Reference::Onnx)), (6 - 7, 6 - 7));
    let image = Value::i8([1, 1, 2, 2], vec![2, 5, 3, -3]).unwrap();
    let first =
        |reference| run(&depthwise(reference, UNCLAMPED), std::slice::from_ref(&image)).as_i8().unwrap()[2];
    // 10 - 1 = 9, halved 4.5: away from zero, to even.
    assert_eq!((first(Reference::Tflm), first(Reference::Onnx)), (5 - 7, 4 - 7));
}

#[test]
fn i8_clamps_in_steps_of_the_result() {
    let image = Value::i8([1, 1, 2, 2], vec![4, 5, 1, -3]).unwrap();
    let result = run(&depthwise(Reference::Tflm, [0.0, 2.0]), &[image]);
    assert_eq!(result.as_i8().unwrap(), [4 - 7, 2 - 7, 4 - 7, -7]);
}

#[test]
fn depthwise_weights_are_packed_channels_innermost() {
    let choice = lower(&depthwise(Reference::Tflm, UNCLAMPED)).unwrap();
    let call = &choice.calls[0];
    assert_eq!((call.kernel, call.label), ("depthwise_s8", "Depthwise"));
    assert!(call.shape.contains(&("GROUPS", Const::Usize(2))));
    let bytes = |name: &str| match call.params.iter().find(|(own, _)| *own == name) {
        Some((_, Param::Data(blob))) => blob.bytes.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(bytes("weights"), [1, -3i8 as u8, 2, 4]);
    // 10 - 3·(1 + 2) and -1 - 3·(-3 + 4).
    assert_eq!(bytes("bias"), [1i32.to_le_bytes(), (-4i32).to_le_bytes()].concat());
}

#[test]
fn other_convolutions_keep_the_order_of_the_weights() {
    let weights = constant(Value::i8([1, 1, 1, 2], vec![5, -6]), Some(Quant::per_tensor(0.5, 0)));
    let operands = vec![fed(i8_ty([1, 1, 1, 2], 0.5, 0)), weights, None];
    let choice = lower(&graph(plain(), Reference::Onnx, operands, i8_ty([1, 1, 1, 1], 0.5, 0))).unwrap();
    let call = &choice.calls[0];
    assert_eq!((call.kernel, call.label), ("conv2d_s8", "Pointwise"));
    assert!(call.shape.contains(&("ROUNDING", Const::Variant("Rounding::HalfEven"))));
}

#[test]
fn faults_name_what_does_not_fit() {
    let image = || fed(f32_ty([1, 3, 3, 2]));
    let weights = |shape: [usize; 4]| constant(Some(Value::zeros(DType::F32, shape)), None);
    let of = |conv, weights, bias| {
        faults(&graph(conv, Reference::Tflm, vec![image(), weights, bias], f32_ty([1, 3, 3, 1])))
    };
    let fault = of(plain(), weights([1, 1, 1, 3]), None);
    assert!(fault.contains("2 input and 1 output channels do not fit weights for 3 in 1 groups"), "{fault}");
    let fault = of(plain(), weights([1, 5, 1, 2]), None);
    assert!(fault.contains("reaches over 5 along the height"), "{fault}");
    let fault = of(Conv2d { stride: [0, 1], ..plain() }, weights([1, 1, 1, 2]), None);
    assert!(fault.contains("at least 1"), "{fault}");
    let fault = of(plain(), weights([1, 1, 1, 2]), constant(Some(Value::zeros(DType::F32, [2])), None));
    assert!(fault.contains("the bias is [2], expected [1]"), "{fault}");
    let fault = of(Conv2d { groups: 0, ..plain() }, weights([1, 1, 1, 2]), None);
    assert!(fault.contains("0 groups"), "{fault}");
}

#[test]
fn faults_of_quantisation() {
    let of = |weights| {
        faults(&graph(
            plain(),
            Reference::Tflm,
            vec![fed(i8_ty([1, 1, 1, 2], 0.5, 0)), weights, None],
            i8_ty([1, 1, 1, 1], 1.0, 0),
        ))
    };
    let value = || Value::i8([1, 1, 1, 2], vec![1, 2]);
    assert_eq!(of(constant(value(), Some(Quant::per_tensor(0.5, 0)))), "");
    assert!(of(constant(value(), None)).contains("not quantised"));
    assert!(of(constant(value(), Some(Quant::per_tensor(0.5, 1)))).contains("zero point other than 0"));
    assert!(of(constant(value(), Some(Quant::symmetric(3, vec![0.5, 0.5])))).contains("another axis than 0"));
}

#[test]
fn weights_must_be_constant_to_be_lowered() {
    let operands = vec![fed(f32_ty([1, 1, 1, 2])), fed(f32_ty([1, 1, 1, 2])), None];
    let fault = lower(&graph(plain(), Reference::Tflm, operands, f32_ty([1, 1, 1, 1]))).unwrap_err();
    assert!(fault.contains("not constant"), "{fault}");
}
