//! Means by hand.

use super::Mean;
use crate::ops::common::extents::Extents;
use crate::ir::{DType, Quant, Reference, Shape, TensorType, Value};
use crate::kernel::Const;
use crate::ops::common::single::{faults, fed, graph, lower, run};

fn mean(axes: &[usize], keep_dims: bool) -> Mean {
    Mean { axes: axes.to_vec(), keep_dims }
}

fn f32_ty(shape: &[usize]) -> TensorType {
    TensorType::new(DType::F32, shape)
}

#[test]
fn f32_over_any_axes() {
    let x = [Value::f32([1, 2, 2, 2], vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]).unwrap()];
    let over = |axes: &[usize], keep_dims, result: &[usize]| {
        let graph =
            graph(mean(axes, keep_dims), Reference::Tflm, vec![fed(f32_ty(&[1, 2, 2, 2]))], f32_ty(result));
        run(&graph, &x).as_f32().unwrap().to_vec()
    };
    assert_eq!(over(&[1, 2], false, &[1, 2]), [4.0, 5.0]);
    assert_eq!(over(&[1, 2], true, &[1, 1, 1, 2]), [4.0, 5.0]);
    assert_eq!(over(&[3], false, &[1, 2, 2]), [1.5, 3.5, 5.5, 7.5]);
    assert_eq!(over(&[1, 3], false, &[1, 2]), [3.5, 5.5]);
    assert_eq!(over(&[0, 1, 2, 3], false, &[]), [4.5]);
    assert_eq!(over(&[2], false, &[1, 2, 2]), [2.0, 3.0, 6.0, 7.0]);
}

#[test]
fn i8_rescales_and_rounds_as_the_reference() {
    let ty = |shape: &[usize], scale, zero| {
        TensorType::quantised(DType::I8, shape, Quant::per_tensor(scale, zero))
    };
    let over = |reference, values: [i8; 2], output_scale| {
        let operands = vec![fed(ty(&[1, 2, 1], 0.5, 4))];
        let graph = graph(mean(&[1], false), reference, operands, ty(&[1, 1], output_scale, -3));
        run(&graph, &[Value::i8([1, 2, 1], values.to_vec()).unwrap()]).as_i8().unwrap()[0] + 3
    };
    // Half of (1 + 4) and of (0 + 1).
    assert_eq!((over(Reference::Tflm, [5, 8], 0.5), over(Reference::Onnx, [5, 8], 0.5)), (3, 2));
    assert_eq!((over(Reference::Tflm, [4, 5], 0.5), over(Reference::Onnx, [4, 5], 0.5)), (1, 0));
    assert_eq!((over(Reference::Tflm, [5, 8], 0.125), over(Reference::Onnx, [5, 8], 0.125)), (10, 10));
}

#[test]
fn neighbouring_axes_are_one() {
    let extents =
        |dims: &[usize], axes: &[usize]| Extents::new(&Shape::from(dims), axes).map(|e| (e.kept, e.reduced));
    assert_eq!(extents(&[1, 4, 5, 6], &[1, 2]), Ok(([1, 6, 1], [20, 1])));
    assert_eq!(extents(&[2, 3, 4, 5], &[1, 3]), Ok(([2, 4, 1], [3, 5])));
    assert_eq!(extents(&[3, 1, 4], &[1]), Ok(([12, 1, 1], [1, 1])));
}

#[test]
fn the_kernel_knows_the_extents() {
    let choice =
        lower(&graph(mean(&[1], true), Reference::Tflm, vec![fed(f32_ty(&[2, 3, 4]))], f32_ty(&[2, 1, 4])));
    let call = &choice.unwrap().calls[0];
    assert_eq!(call.kernel, "mean_f32");
    assert_eq!(call.shape, [("KEPT", Const::Dims(vec![2, 4, 1])), ("REDUCED", Const::Dims(vec![3, 1]))]);
}

#[test]
fn faults_name_what_does_not_fit() {
    let of = |axes: &[usize], x: &[usize], y: &[usize]| {
        faults(&graph(mean(axes, false), Reference::Tflm, vec![fed(f32_ty(x))], f32_ty(y)))
    };
    let fault = of(&[4], &[1, 2], &[1, 2]);
    assert!(fault.contains("axis 4 is not an axis of [1,2]"), "{fault}");
    let fault = of(&[1], &[1, 0], &[1]);
    assert!(fault.contains("of no elements"), "{fault}");
    let fault = of(&[0, 2, 4], &[2, 2, 2, 2, 2], &[2, 2]);
    assert!(fault.contains("three groups"), "{fault}");
    let fault = of(&[1], &[1, 2, 3], &[1, 1, 3]);
    assert!(fault.contains("[1,3]"), "{fault}");
}
