//! Products of matrices, with batches of them: `y[b, m, n] = Σ left[b, m, k] · right[b, n, k]`, the second factor with its columns as rows. Either
//! factor may be a constant in flash.

pub mod batch_matmul_f32;
pub mod batch_matmul_s8;
#[cfg(test)]
mod test;

use tinyml_arith::Rounding;
use tinyml_arith::size::{difference, product, sum};

use crate::arena::{bytes, check_disjoint};
use crate::memory::{Regions, check_buffer};

/// Geometry.
pub trait Shape {
    /// Extents of the batch.
    const BATCH: [usize; 3] = [1; 3];
    /// Matrices of the first factor from a place along each axis of the batch to the next; 0 where they are the same ones.
    const LEFT: [usize; 3] = [0; 3];
    /// The same of the second factor.
    const RIGHT: [usize; 3] = [0; 3];
    /// Rows of the result.
    const ROWS: usize;
    /// Columns of the result.
    const COLUMNS: usize;
    /// Products of an element of the result.
    const INNER: usize;
    /// Arithmetic of the requantisation (int8).
    const ROUNDING: Rounding = Rounding::Double;
}

/// Matrices of a factor with these steps through the batch.
const fn matrices<S: Shape>(steps: [usize; 3]) -> usize {
    let [a, b, c] = S::BATCH;
    assert!(a > 0 && b > 0 && c > 0, "the batch is empty");
    let last = [difference(a, 1), difference(b, 1), difference(c, 1)];
    sum([product([last[0], steps[0]]), product([last[1], steps[1]]), product([last[2], steps[2]]), 1])
}

/// Elements of the factors and of the result.
const fn elements<S: Shape>() -> [usize; 3] {
    let [a, b, c] = S::BATCH;
    [
        product([matrices::<S>(S::LEFT), S::ROWS, S::INNER]),
        product([matrices::<S>(S::RIGHT), S::COLUMNS, S::INNER]),
        product([a, b, c, S::ROWS, S::COLUMNS]),
    ]
}

/// Refuses buffers that are not there or that the result overlaps, and constants of another length. `places` are those of the factors and
/// of the result, `constants` the elements of factors in flash, 0 where they are not.
const fn check<S: Shape, T>(places: [usize; 3], constants: [usize; 2], regions: Regions) {
    let [left, right, result] = elements::<S>();
    assert!(result > 0 && S::INNER > 0, "a factor is empty");
    let [left_at, right_at, result_at] = places;
    check_buffer::<T>(result_at, result, regions);
    check_factor::<T>((left_at, left), constants[0], (result_at, result), regions);
    check_factor::<T>((right_at, right), constants[1], (result_at, result), regions);
}

const fn check_factor<T>(
    (offset, elements): (usize, usize),
    constant: usize,
    (result_at, result): (usize, usize),
    regions: Regions,
) {
    if constant != 0 {
        assert!(constant == elements, "a constant factor does not have the shape's length");
        return;
    }
    check_buffer::<T>(offset, elements, regions);
    check_disjoint(offset, bytes::<T>(elements), result_at, bytes::<T>(result));
}

/// Calls `multiply` for each pair of matrices with the first elements of both factors and of the result.
#[inline(always)]
fn for_each<S: Shape>(mut multiply: impl FnMut(usize, usize, usize)) {
    let [outer, middle, inner] = S::BATCH;
    let mut result = 0;
    for a in 0..outer {
        for b in 0..middle {
            for c in 0..inner {
                let matrix = |steps: [usize; 3]| a * steps[0] + b * steps[1] + c * steps[2];
                let (left, right) = (matrix(S::LEFT), matrix(S::RIGHT));
                multiply(left * S::ROWS * S::INNER, right * S::COLUMNS * S::INNER, result);
                result += S::ROWS * S::COLUMNS;
            }
        }
    }
}
