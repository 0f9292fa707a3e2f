//! Reductions by hand.

use super::arg_max::ArgMax;
use super::arg_min::ArgMin;
use super::reduce_l2::ReduceL2;
use super::reduce_log_sum_exp::ReduceLogSumExp;
use super::reduce_max::ReduceMax;
use super::reduce_min::ReduceMin;
use super::reduce_prod::ReduceProd;
use super::reduce_sum::ReduceSum;
use crate::ir::{ByRows, DType, Op, Operator, Quant, Reference, TensorType, Value};
use crate::kernel::{Const, Gaps, Overlap};
use crate::ops::common::single::{faults, fed, graph, lower, run};

fn of(op: impl Operator, x: Value, result: TensorType) -> Value {
    let operand = TensorType::new(x.dtype(), x.shape().clone());
    run(&graph(op, Reference::Tflm, vec![fed(operand)], result), &[x])
}

#[test]
fn floats_and_integers_over_any_axes() {
    let x = Value::f32([2, 1, 3], vec![3.0, -4.0, 0.5, 12.0, 3.0, 0.0]).unwrap();
    let ty = |dims: &[usize]| TensorType::new(DType::F32, dims);
    let norm = of(ReduceL2 { axes: vec![0], keep_dims: false }, x.clone(), ty(&[1, 3]));
    assert_eq!(norm.as_f32().unwrap()[1..], [5.0, 0.5]);
    let exponentials = of(ReduceLogSumExp { axes: vec![0, 1, 2], keep_dims: false }, x.clone(), ty(&[]));
    assert!((exponentials.as_f32().unwrap()[0] - 12.000_264).abs() < 1e-5, "{exponentials:?}");
    // Over no axis, each element by itself.
    assert_eq!(of(ReduceSum { axes: vec![], keep_dims: true }, x.clone(), ty(&[2, 1, 3])), x);

    let x = Value::i64([2, 3], vec![3, -4, 5, 12, 3, 0]).unwrap();
    let product = of(ReduceProd { axes: vec![1], keep_dims: true }, x, TensorType::new(DType::I64, [2, 1]));
    assert_eq!(product.as_i64(), Some([-60, 0].as_slice()));
}

#[test]
fn places_of_extremes() {
    let x = Value::f32([2, 3, 2], vec![1.0, 5.0, 7.0, 5.0, 7.0, 2.0, 0.0, 0.0, -1.0, 0.0, -1.0, 0.0]).unwrap();
    let ty = |dtype| TensorType::new(dtype, [2, 2]);
    let largest = |last| ArgMax { axis: 1, keep_dims: false, last, wide: true };
    assert_eq!(of(largest(false), x.clone(), ty(DType::I64)).as_i64(), Some([1, 0, 0, 0].as_slice()));
    assert_eq!(of(largest(true), x.clone(), ty(DType::I64)).as_i64(), Some([2, 1, 0, 2].as_slice()));
    let smallest = ArgMin { axis: 1, keep_dims: false, last: false, wide: false };
    assert_eq!(of(smallest, x, ty(DType::I32)).as_i32(), Some([0, 2, 1, 0].as_slice()));
}

#[test]
fn the_kernels_know_the_extents() {
    let f32_ty = |dims: &[usize]| TensorType::new(DType::F32, dims);
    let max = ReduceMax { axes: vec![1], keep_dims: false };
    let choice = lower(&graph(max, Reference::Tflm, vec![fed(f32_ty(&[2, 3, 4]))], f32_ty(&[2, 4]))).unwrap();
    let call = &choice.calls[0];
    assert_eq!(call.kernel, "reduce_f32");
    assert_eq!(
        call.shape,
        [
            ("KEPT", Const::Dims(vec![2, 4, 1])),
            ("REDUCED", Const::Dims(vec![3, 1])),
            ("REDUCTION", Const::Variant("Reduction::Max")),
        ]
    );
    assert_eq!(choice.overlap(0), Overlap::Sliding(Gaps::BYTE_FOR_BYTE));

    let arg = ArgMax { axis: 1, keep_dims: true, last: false, wide: true };
    let result = TensorType::new(DType::I64, [2, 1, 4]);
    let choice = lower(&graph(arg, Reference::Tflm, vec![fed(f32_ty(&[2, 3, 4]))], result)).unwrap();
    assert_eq!((choice.calls[0].kernel, choice.overlap(0)), ("arg_f32_i64", Overlap::None));
    assert_eq!(choice.calls[0].shape[..2], [("KEPT", Const::Dims(vec![2, 4])), ("AXIS", Const::Usize(3))]);
}

#[test]
fn integer_sums_rescale_and_extremes_do_not() {
    let ty = |dims: &[usize], scale, zero| TensorType::quantised(DType::I8, dims, Quant::per_tensor(scale, zero));
    let sum = |reference| {
        let op = ReduceSum { axes: vec![1], keep_dims: false };
        let graph = graph(op, reference, vec![fed(ty(&[1, 3], 0.5, 4))], ty(&[1], 1.0, -3));
        assert_eq!(lower(&graph).unwrap().calls[0].kernel, "mean_s8");
        run(&graph, &[Value::i8([1, 3], vec![5, 8, 4]).unwrap()]).as_i8().unwrap()[0] + 3
    };
    // Half of 1 + 4 + 0.
    assert_eq!((sum(Reference::Tflm), sum(Reference::Onnx)), (3, 2));

    let max = || ReduceMax { axes: vec![1], keep_dims: false };
    let same = graph(max(), Reference::Tflm, vec![fed(ty(&[1, 3], 0.5, 4))], ty(&[1], 0.5, 4));
    assert_eq!(run(&same, &[Value::i8([1, 3], vec![5, 8, 4]).unwrap()]).as_i8(), Some([8].as_slice()));
    let other = graph(max(), Reference::Tflm, vec![fed(ty(&[1, 3], 0.5, 4))], ty(&[1], 1.0, 4));
    assert!(faults(&other).contains("quantisation differs"), "{}", faults(&other));
}

#[test]
fn rows_stay_where_they_are_not_reduced() {
    let ty = TensorType::new(DType::F32, [1, 4, 5, 6]);
    let by_rows = |axes: &[usize], result: &[usize]| -> Option<ByRows> {
        let op = Op::new(ReduceMin { axes: axes.to_vec(), keep_dims: true });
        let x = crate::ir::Tensor::new("x", ty.clone());
        op.by_rows(&[Some(&x)], &TensorType::new(DType::F32, result))
    };
    assert!(by_rows(&[3], &[1, 4, 5, 1]).is_some() && by_rows(&[2, 3], &[1, 4, 1, 1]).is_some());
    assert!(by_rows(&[1], &[1, 1, 5, 6]).is_none());
}

#[test]
fn faults_name_what_does_not_fit() {
    let of = |op: Op, x: TensorType, y: TensorType| {
        let mut graph = graph(ReduceSum { axes: vec![], keep_dims: true }, Reference::Tflm, vec![fed(x)], y);
        let node = graph.nodes().next().unwrap().0;
        graph.node_mut(node).op = op;
        faults(&graph)
    };
    let ty = |dtype| TensorType::new(dtype, [2, 3]);
    let op = Op::new(ReduceL2 { axes: vec![1], keep_dims: true });
    let fault = of(op, ty(DType::I32), ty(DType::I32));
    assert!(fault.contains("works on f32, not on i32"), "{fault}");
    let op = Op::new(ReduceSum { axes: vec![2], keep_dims: true });
    let fault = of(op, ty(DType::F32), ty(DType::F32));
    assert!(fault.contains("axis 2 is not an axis of [2,3]"), "{fault}");
    let op = Op::new(ReduceSum { axes: vec![1], keep_dims: false });
    let fault = of(op, ty(DType::I8), TensorType::new(DType::I8, [2]));
    assert!(fault.contains("one scale"), "{fault}");
}
