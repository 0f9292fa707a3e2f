//! Pooling by hand.

use super::MaxPool2d;
use crate::ir::{DType, Graph, Quant, Reference, TensorType, Value};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::common::single::{faults, fed, graph, lower, run};

fn pool() -> MaxPool2d {
    MaxPool2d { kernel: [2, 2], stride: [1, 1], padding: [0; 4], dilation: [1, 1], clamp: UNCLAMPED }
}

fn i8_ty(shape: [usize; 4]) -> TensorType {
    TensorType::quantised(DType::I8, shape, Quant::per_tensor(0.5, -2))
}

fn of(op: MaxPool2d, x: TensorType, y: TensorType) -> Graph {
    graph(op, Reference::Tflm, vec![fed(x)], y)
}

#[test]
fn padding_takes_no_part() {
    let op = MaxPool2d { padding: [1, 0, 1, 0], ..pool() };
    let graph = of(op, i8_ty([1, 2, 2, 1]), i8_ty([1, 2, 2, 1]));
    let result = run(&graph, &[Value::i8([1, 2, 2, 1], vec![-9, -7, -8, -100]).unwrap()]);
    assert_eq!(result.as_i8().unwrap(), [-9, -7, -8, -7]);
}

#[test]
fn channels_are_pooled_apart_and_clamped() {
    let op = MaxPool2d { clamp: [0.0, 3.0], ..pool() };
    let graph = of(op, i8_ty([1, 2, 2, 2]), i8_ty([1, 1, 1, 2]));
    let result = run(&graph, &[Value::i8([1, 2, 2, 2], vec![-9, 1, -7, 2, -8, 3, -100, 90]).unwrap()]);
    // 0.0 is -2, 3.0 is 4.
    assert_eq!(result.as_i8().unwrap(), [-2, 4]);
}

#[test]
fn f32_and_u8_dilate_and_stride() {
    let op = MaxPool2d { kernel: [1, 2], dilation: [1, 2], stride: [1, 2], ..pool() };
    let f32_ty = |shape: [usize; 4]| TensorType::new(DType::F32, shape);
    let x = Value::f32([1, 1, 5, 1], vec![1.0, 9.0, -2.0, 8.0, -3.0]).unwrap();
    let result = run(&of(op.clone(), f32_ty([1, 1, 5, 1]), f32_ty([1, 1, 2, 1])), &[x]);
    assert_eq!(result.as_f32().unwrap(), [1.0, -2.0]);
    let u8_ty = |shape: [usize; 4]| TensorType::quantised(DType::U8, shape, Quant::per_tensor(1.0, 128));
    let x = Value::u8([1, 1, 5, 1], vec![130, 255, 120, 200, 110]).unwrap();
    let result = run(&of(op, u8_ty([1, 1, 5, 1]), u8_ty([1, 1, 2, 1])), &[x]);
    assert_eq!(result.as_u8().unwrap(), [130, 120]);
}

#[test]
fn faults_name_what_does_not_fit() {
    let rescaled = TensorType::quantised(DType::I8, [1, 1, 1, 1], Quant::per_tensor(0.25, -2));
    let fault = faults(&of(pool(), i8_ty([1, 2, 2, 1]), rescaled));
    assert!(fault.contains("selects values of"), "{fault}");
    let op = MaxPool2d { padding: [2, 0, 0, 0], ..pool() };
    let fault = faults(&of(op, i8_ty([1, 2, 2, 1]), i8_ty([1, 3, 1, 1])));
    assert!(fault.contains("the windows of row 0 lie in the padding alone"), "{fault}");
    let fault = faults(&of(pool(), i8_ty([1, 1, 2, 1]), i8_ty([1, 1, 1, 1])));
    assert!(fault.contains("reaches over 2 along the height"), "{fault}");
}

#[test]
fn kernels_by_element_type() {
    let kernel = |ty: fn([usize; 4]) -> TensorType| {
        lower(&of(pool(), ty([1, 2, 2, 1]), ty([1, 1, 1, 1]))).map(|choice| choice.calls[0].kernel)
    };
    assert_eq!(kernel(i8_ty), Ok("max_pool2d_s8"));
    assert_eq!(kernel(|shape| TensorType::new(DType::F32, shape)), Ok("max_pool2d_f32"));
    assert!(kernel(|shape| TensorType::new(DType::I32, shape)).unwrap_err().contains("no kernel for elements of the type i32"));
}
