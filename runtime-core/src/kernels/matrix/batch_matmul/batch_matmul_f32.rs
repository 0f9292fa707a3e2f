//! Products of matrices in floating point.

pub use super::Shape;
use super::{check, for_each};
use crate::arch::keep_scalar;
use crate::arena::{Dst, Src};
use crate::memory::Memory;

/// Constants of a layer.
pub struct Params {
    /// The first factor, row by row; empty if it lies in the arena.
    pub left: &'static [f32],
    /// The second factor, column by column; empty if it lies in the arena.
    pub right: &'static [f32],
}

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the first factor, if it is no constant.
    const LEFT: usize = 0;
    /// Byte offset of the second factor, if it is no constant.
    const RIGHT: usize = 0;
    /// Byte offset of the result, apart from both.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let constants = [L::PARAMS.left.len(), L::PARAMS.right.len()];
    check::<L::Shape, f32>([L::LEFT, L::RIGHT, L::OUTPUT], constants, M::REGIONS);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let params = const { &L::PARAMS };
    let mut cursor = memory.cursor();
    let left = if params.left.is_empty() { cursor.src(L::LEFT) } else { Src::from(params.left) };
    let right = if params.right.is_empty() { cursor.src(L::RIGHT) } else { Src::from(params.right) };
    // SAFETY: `check_layer` holds.
    unsafe { multiply::<L::Shape>(left, right, cursor.dst(L::OUTPUT)) }
}

/// # Safety
/// Factors and result have the shape's lengths; the result does not overlap a factor.
#[inline(never)]
unsafe fn multiply<S: Shape>(left: Src<f32>, right: Src<f32>, output: Dst<f32>) {
    for_each::<S>(|left_at, right_at, result| {
        for row in 0..S::ROWS {
            for column in 0..S::COLUMNS {
                // SAFETY: rows and columns are those of a matrix of the batch.
                unsafe {
                    let a = left.skip(left_at + row * S::INNER);
                    let b = right.skip(right_at + column * S::INNER);
                    let mut sum = 0.0;
                    for i in 0..S::INNER {
                        keep_scalar();
                        sum += a.get(i) * b.get(i);
                    }
                    output.set(result + row * S::COLUMNS + column, sum);
                }
            }
        }
    });
}
