//! Products by hand.

use super::Matmul;
use crate::ir::{DType, Operator, Shape, Tensor, TensorType};

fn shape(a: &[usize], b: &[usize], [transpose_a, transpose_b]: [bool; 2]) -> Result<Vec<usize>, String> {
    let tensor = |dims: &[usize]| Tensor::new("x", TensorType::new(DType::F32, dims.to_vec()));
    let (a, b) = (tensor(a), tensor(b));
    let op = Matmul { transpose_a, transpose_b };
    op.infer(&[Some(&a), Some(&b)]).map(|types| types[0].shape.0.clone())
}

#[test]
fn batches_are_broadcast() {
    assert_eq!(shape(&[2, 1, 3, 4], &[5, 4, 6], [false, false]).unwrap(), [2, 5, 3, 6]);
    assert_eq!(shape(&[4, 3], &[6, 4], [true, true]).unwrap(), [3, 6]);
    let op = Matmul { transpose_a: false, transpose_b: false };
    let geometry = op.geometry(&Shape(vec![2, 1, 3, 4]), &Shape(vec![3, 4, 6])).unwrap();
    assert_eq!(geometry.pairs(), [[0, 0], [0, 1], [0, 2], [1, 0], [1, 1], [1, 2]]);
}

#[test]
fn what_does_not_meet_is_refused() {
    assert!(shape(&[3, 4], &[3, 4], [false, false]).unwrap_err().contains("do not meet"));
    assert!(shape(&[2, 3, 4], &[3, 4, 5], [false, false]).unwrap_err().contains("do not broadcast"));
    assert!(shape(&[4], &[4, 5], [false, false]).unwrap_err().contains("expects matrices"));
}
