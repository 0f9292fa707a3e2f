//! Normalisations by hand.

use super::Normalise;
use crate::ir::{DType, Reference, TensorType, Value};
use crate::kernel::{Const, Overlap};
use crate::ops::common::single::{faults, fed, graph, lower, run};

fn ty(dims: &[usize]) -> TensorType {
    TensorType::new(DType::F32, dims)
}

fn of(op: Normalise, dims: &[usize], x: &[f32]) -> Vec<f32> {
    let graph = graph(op, Reference::Onnx, vec![fed(ty(dims))], ty(dims));
    run(&graph, &[Value::f32(dims, x.to_vec()).unwrap()]).as_f32().unwrap().to_vec()
}

#[test]
fn deviations_over_axes_that_lie_apart() {
    // Over the first and the last axis: the groups are 1, 3, 5, 7 and 2, 2, 2, 2.
    let y = of(Normalise::deviation(vec![0, 2], 0.25), &[2, 2, 2], &[1.0, 3.0, 2.0, 2.0, 5.0, 7.0, 2.0, 2.0]);
    let expected = [-3.0, -1.0, 0.0, 0.0, 1.0, 3.0, 0.0, 0.0].map(|x: f32| x / 5.25f32.sqrt());
    for (y, expected) in y.iter().zip(expected) {
        assert!((y - expected).abs() < 1e-6, "{y} for {expected}");
    }
}

#[test]
fn norms_of_what_is_nothing_are_no_divisors() {
    let norm = |magnitudes| Normalise { magnitudes, floor: f32::MIN_POSITIVE, ..Normalise::norm(vec![1]) };
    let x = [3.0, -4.0, 0.0, 0.0];
    for (y, expected) in of(norm(false), &[2, 2], &x).iter().zip([0.6, -0.8, 0.0, 0.0]) {
        assert!((y - expected).abs() < 1e-6, "{y} for {expected}");
    }
    assert_eq!(of(norm(true), &[2, 2], &x), [3.0 / 7.0, -4.0 / 7.0, 0.0, 0.0]);
    let root_mean_square = Normalise { centre: false, ..Normalise::deviation(vec![1], 0.0) };
    assert_eq!(of(root_mean_square, &[1, 2], &[7.0, -1.0]), [1.4, -0.2]);
}

#[test]
fn the_kernel_knows_the_groups() {
    let op = Normalise::deviation(vec![1, 2], 1e-5);
    let choice = lower(&graph(op, Reference::Onnx, vec![fed(ty(&[1, 4, 5, 3]))], ty(&[1, 4, 5, 3]))).unwrap();
    let call = &choice.calls[0];
    assert_eq!((call.kernel, choice.overlap(0)), ("normalise_f32", Overlap::InPlace));
    assert_eq!(call.shape[0], ("KEPT", Const::Dims(vec![1, 3, 1])));
    assert_eq!(call.shape[1], ("GROUP", Const::Dims(vec![20, 1])));
}

#[test]
fn faults_name_what_does_not_fit() {
    let of = |op: Normalise, x: TensorType| faults(&graph(op, Reference::Onnx, vec![fed(x.clone())], x));
    let fault = of(Normalise::deviation(vec![1], f32::NAN), ty(&[1, 2]));
    assert!(fault.contains("must be 0 or more"), "{fault}");
    let fault = of(Normalise::deviation(vec![1], 0.0), TensorType::new(DType::I32, [1, 2]));
    assert!(fault.contains("works on f32"), "{fault}");
    let fault = of(Normalise::deviation(vec![2], 0.0), ty(&[1, 2]));
    assert!(fault.contains("axis 2 is not an axis"), "{fault}");
}
