//! The geometry of reductions over axes, and the loop that kernels of several families share.

use tinyml_arith::Rounding;
use tinyml_arith::overlap::Gaps;
use tinyml_arith::reduction::Reduction;
use tinyml_arith::size::product;

use crate::arena::{Dst, Element, Src};

/// A reduction of some axes. Neighbouring axes of the same kind are one: the operand is `[KEPT[0]][REDUCED[0]][KEPT[1]][REDUCED[1]][KEPT[2]]`
/// and the result `[KEPT[0]][KEPT[1]][KEPT[2]]`.
pub trait Shape {
    /// Extents that stay.
    const KEPT: [usize; 3];
    /// Extents that are reduced.
    const REDUCED: [usize; 2];
    /// Arithmetic of the requantisation (`mean_s8`): `Double` is TFLM's MEAN, `HalfEven` ONNX's.
    const ROUNDING: Rounding = Rounding::Double;
    /// What is computed (`reduce_*`).
    const REDUCTION: Reduction = Reduction::Sum;
}

/// Result `r` is written after all of its elements were read, and the first element of a later one lies behind element `r`.
pub(crate) const GAPS: Gaps = Gaps::BYTE_FOR_BYTE;

/// Elements of the result.
pub(crate) const fn results<S: Shape>() -> usize {
    product(S::KEPT)
}

/// Elements of the operand.
pub(crate) const fn operands<S: Shape>() -> usize {
    let [outer, middle, inner] = S::KEPT;
    let [first, second] = S::REDUCED;
    product([outer, first, middle, second, inner])
}

/// Elements that become one.
pub(crate) const fn count<S: Shape>() -> usize {
    product(S::REDUCED)
}

/// For each result element: folds over its elements, from `start` on, and finishes.
///
/// # Safety
/// Operand and result have the lengths of the shape; they do not overlap, or their elements have one size and the result begins at or
/// before the operand.
#[inline(always)]
pub(crate) unsafe fn reduce<S: Shape, T: Element, R: Element, A: Copy>(
    input: Src<T>,
    output: Dst<R>,
    start: A,
    fold: impl Fn(A, T) -> A,
    finish: impl Fn(A) -> R,
) {
    let [outer, middle, inner] = S::KEPT;
    let [first, second] = S::REDUCED;
    for o in 0..outer {
        for m in 0..middle {
            for i in 0..inner {
                let mut acc = start;
                for f in 0..first {
                    for s in 0..second {
                        let index = (((o * first + f) * middle + m) * second + s) * inner + i;
                        // SAFETY: every index is below its extent.
                        acc = fold(acc, unsafe { input.get(index) });
                    }
                }
                // SAFETY: every index is below its extent.
                unsafe { output.set((o * middle + m) * inner + i, finish(acc)) };
            }
        }
    }
}
