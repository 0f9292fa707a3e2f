//! Fully connected layers by hand.

use super::FullyConnected;
use crate::ir::{DType, Graph, Quant, Reference, TensorType, Value};
use crate::kernel::{Const, Param};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::common::single::{constant, faults, fed, graph, lower, run};

const PLAIN: FullyConnected = FullyConnected { clamp: UNCLAMPED, keep_dims: false };

fn f32_ty<const N: usize>(shape: [usize; N]) -> TensorType {
    TensorType::new(DType::F32, shape)
}

fn i8_ty<const N: usize>(shape: [usize; N], scale: f32, zero_point: i32) -> TensorType {
    TensorType::quantised(DType::I8, shape, Quant::per_tensor(scale, zero_point))
}

#[test]
fn f32_multiplies_each_row() {
    let of = |keep_dims: bool, result| {
        let op = FullyConnected { clamp: [0.0, f32::INFINITY], keep_dims };
        let weights = constant(Value::f32([2, 3], vec![1.0, 2.0, 3.0, -1.0, 0.0, 1.0]), None);
        let bias = constant(Value::f32([2], vec![0.5, 1.0]), None);
        graph(op, Reference::Tflm, vec![fed(f32_ty([1, 2, 3])), weights, bias], result)
    };
    let x = [Value::f32([1, 2, 3], vec![1.0, 1.0, 1.0, 4.0, 0.0, -1.0]).unwrap()];
    let flat = run(&of(false, f32_ty([2, 2])), &x);
    assert_eq!(flat.as_f32().unwrap(), [6.5, 1.0, 1.5, 0.0]);
    let kept = run(&of(true, f32_ty([1, 2, 2])), &x);
    assert_eq!(kept.as_f32(), flat.as_f32());
}

/// One input, two outputs; the second scale is given for each output or shared.
fn quantised(reference: Reference, weights: Quant, clamp: [f32; 2]) -> Graph {
    let weights = constant(Value::i8([2, 2], vec![1, 0, 0, -1]), Some(weights));
    let bias = constant(Value::i32([2], vec![0, 0]), None);
    let op = FullyConnected { clamp, keep_dims: false };
    graph(op, reference, vec![fed(i8_ty([1, 1, 1, 2], 1.0, 10)), weights, bias], i8_ty([1, 2], 1.0, 2))
}

#[test]
fn i8_has_one_scale_or_one_per_output() {
    let x = [Value::i8([1, 1, 1, 2], vec![18, 18]).unwrap()];
    let shared = quantised(Reference::Tflm, Quant::per_tensor(0.5, 0), UNCLAMPED);
    assert_eq!(run(&shared, &x).as_i8().unwrap(), [2 + 4, 2 - 4]);
    let own = quantised(Reference::Tflm, Quant::symmetric(0, vec![0.5, 2.0]), UNCLAMPED);
    assert_eq!(run(&own, &x).as_i8().unwrap(), [2 + 4, 2 - 16]);
    let clamped = quantised(Reference::Tflm, Quant::per_tensor(0.5, 0), [0.0, 3.0]);
    assert_eq!(run(&clamped, &x).as_i8().unwrap(), [2 + 3, 2]);
}

#[test]
fn references_round_differently() {
    let results = |reference, x: i8| {
        let graph = quantised(reference, Quant::per_tensor(0.25, 0), UNCLAMPED);
        run(&graph, &[Value::i8([1, 1, 1, 2], vec![x, 10]).unwrap()]).as_i8().unwrap()[0] - 2
    };
    // 1/4: the first of two roundings makes 1/2 of it, the second 1.
    assert_eq!(results(Reference::Tflm, 11), 1);
    assert_eq!(results(Reference::Litert, 11), 0);
    assert_eq!(results(Reference::Onnx, 11), 0);
    // 1/2: away from zero, or to even.
    assert_eq!(results(Reference::Litert, 12), 1);
    assert_eq!(results(Reference::Onnx, 12), 0);
}

#[test]
fn one_scale_is_one_multiplier() {
    let multipliers = |weights| {
        let choice = lower(&quantised(Reference::Litert, weights, UNCLAMPED)).unwrap();
        let call = &choice.calls[0];
        assert_eq!((call.kernel, call.label), ("fully_connected_s8", "FullyConnected"));
        assert!(call.shape.contains(&("ROUNDING", Const::Variant("Rounding::Single"))));
        let per_channel = call.shape.contains(&("PER_CHANNEL", Const::Bool(true)));
        match call.params.iter().find(|(name, _)| *name == "multipliers") {
            Some((_, Param::Data(blob))) => (per_channel, blob.bytes.len() / 4),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(multipliers(Quant::per_tensor(0.5, 0)), (false, 1));
    assert_eq!(multipliers(Quant::symmetric(0, vec![0.5, 2.0])), (true, 2));
}

#[test]
fn rows_are_a_constant_of_the_kernel() {
    let weights = constant(Some(Value::zeros(DType::F32, [2, 3])), None);
    let choice =
        lower(&graph(PLAIN, Reference::Tflm, vec![fed(f32_ty([1, 5, 3])), weights, None], f32_ty([5, 2])));
    let call = &choice.unwrap().calls[0];
    assert_eq!(call.kernel, "fully_connected_f32");
    assert_eq!(
        call.shape,
        [("ROWS", Const::Usize(5)), ("INPUTS", Const::Usize(3)), ("OUTPUTS", Const::Usize(2))]
    );
}

#[test]
fn faults_name_what_does_not_fit() {
    let of = |op: FullyConnected, x, weights: &[usize], bias| {
        let weights = constant(Some(Value::zeros(DType::F32, weights)), None);
        faults(&graph(op, Reference::Tflm, vec![fed(x), weights, bias], f32_ty([1, 2])))
    };
    let fault = of(PLAIN, f32_ty([1, 5]), &[2, 3], None);
    assert!(fault.contains("[1,5] does not consist of rows of 3 elements"), "{fault}");
    // 6 elements are two rows, but not in the last axis.
    let kept = FullyConnected { keep_dims: true, ..PLAIN };
    let fault = of(kept, f32_ty([1, 6]), &[2, 3], None);
    assert!(fault.contains("does not consist of rows"), "{fault}");
    let fault = of(PLAIN, f32_ty([1, 3]), &[2, 3, 1], None);
    assert!(fault.contains("expects weights [O,I]"), "{fault}");
    let fault = of(PLAIN, f32_ty([1, 3]), &[2, 0], None);
    assert!(fault.contains("rows of 0 elements"), "{fault}");
    let fault = of(PLAIN, f32_ty([1, 3]), &[2, 3], constant(Some(Value::zeros(DType::F32, [3])), None));
    assert!(fault.contains("the bias is [3], expected [2]"), "{fault}");
    let fault = of(PLAIN, f32_ty([1, 6]), &[2, 3], None);
    assert!(fault.contains("[2,2]"), "{fault}");
}
