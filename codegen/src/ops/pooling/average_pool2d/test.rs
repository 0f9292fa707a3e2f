//! Pooling by hand.

use super::AveragePool2d;
use crate::ir::{DType, Graph, Quant, Reference, TensorType, Value};
use crate::kernel::{Const, Param};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::common::single::{faults, fed, graph, lower, run};

/// Two columns beside each other; the image is 1×3, the window leaves it on the left.
fn padded(count_padding: bool) -> AveragePool2d {
    AveragePool2d { kernel: [1, 2], stride: [1, 1], padding: [0, 0, 1, 0], count_padding, clamp: UNCLAMPED }
}

fn i8_ty(shape: [usize; 4], scale: f32, zero_point: i32) -> TensorType {
    TensorType::quantised(DType::I8, shape, Quant::per_tensor(scale, zero_point))
}

fn of(op: AveragePool2d, reference: Reference, output_scale: f32, output_zero: i32) -> Graph {
    graph(
        op,
        reference,
        vec![fed(i8_ty([1, 1, 3, 1], 0.5, 10))],
        i8_ty([1, 1, 3, 1], output_scale, output_zero),
    )
}

fn results(graph: &Graph) -> Vec<i8> {
    run(graph, &[Value::i8([1, 1, 3, 1], vec![13, 14, -7]).unwrap()]).as_i8().unwrap().to_vec()
}

#[test]
fn raw_means_round_away_from_zero() {
    // 13; 27/2; 7/2.
    assert_eq!(results(&of(padded(false), Reference::Tflm, 0.5, 10)), [13, 14, 4]);
    assert_eq!(results(&of(padded(false), Reference::Litert, 0.5, 10)), [13, 14, 4]);
}

#[test]
fn onnx_rounds_the_real_mean_to_even() {
    // Above the zero point: 3; 7/2; -13/2.
    assert_eq!(results(&of(padded(false), Reference::Onnx, 0.5, 10)), [13, 14, 4]);
    assert_eq!(results(&of(padded(false), Reference::Onnx, 0.5, 11)), [14, 15, 5]);
    // Half the steps: 6; 7; -13.
    assert_eq!(results(&of(padded(false), Reference::Onnx, 0.25, 0)), [6, 7, -13]);
}

#[test]
fn padding_may_count_as_zeros() {
    // 3/2; 7/2; -13/2.
    assert_eq!(results(&of(padded(true), Reference::Onnx, 0.5, 10)), [12, 14, 4]);
    let clamped = AveragePool2d { clamp: [0.0, 1.0], ..padded(true) };
    assert_eq!(results(&of(clamped, Reference::Onnx, 0.5, 10)), [12, 12, 10]);
}

#[test]
fn f32_divides_by_what_it_counts() {
    let ty = || TensorType::new(DType::F32, [1, 1, 3, 1]);
    let x = [Value::f32([1, 1, 3, 1], vec![1.0, 2.0, -6.0]).unwrap()];
    let run = |count_padding| run(&graph(padded(count_padding), Reference::Tflm, vec![fed(ty())], ty()), &x);
    assert_eq!(run(false).as_f32().unwrap(), [1.0, 1.5, -2.0]);
    assert_eq!(run(true).as_f32().unwrap(), [0.5, 1.5, -2.0]);
}

#[test]
fn a_multiplier_for_each_count_only_where_counts_differ() {
    let multipliers = |op: AveragePool2d, reference| {
        let choice = lower(&of(op, reference, 0.5, 10)).unwrap();
        let call = &choice.calls[0];
        let rescale = call.shape.contains(&("RESCALE", Const::Bool(true)));
        match call.params.iter().find(|(name, _)| *name == "multipliers") {
            Some((_, Param::Data(blob))) => (rescale, blob.bytes.len() / 4),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(multipliers(padded(false), Reference::Tflm), (false, 0));
    assert_eq!(multipliers(padded(false), Reference::Onnx), (true, 2));
    assert_eq!(multipliers(padded(true), Reference::Onnx), (true, 1));
    let unpadded = AveragePool2d { kernel: [1, 1], padding: [0; 4], ..padded(false) };
    assert_eq!(multipliers(unpadded, Reference::Onnx), (true, 1));
}

#[test]
fn a_window_without_image_is_a_fault() {
    let op = AveragePool2d { padding: [0, 0, 2, 0], ..padded(false) };
    let graph =
        graph(op, Reference::Tflm, vec![fed(i8_ty([1, 1, 3, 1], 0.5, 0))], i8_ty([1, 1, 4, 1], 0.5, 0));
    let fault = faults(&graph);
    assert!(fault.contains("the windows of column 0 lie in the padding alone"), "{fault}");
}
