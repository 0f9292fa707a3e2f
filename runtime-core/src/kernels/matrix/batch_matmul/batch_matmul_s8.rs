//! Products of int8 matrices: `y = clamp(zero_point + requantise(Σ (left - left_zero) · (right - right_zero)))`. Sums wrap in 32 bits.
//!
//! With DSP instructions, blocks of two rows by two columns share what is widened, four products at a time. Arithmetic: docs/arithmetic.md,
//! BATCH_MATMUL.

use tinyml_arith::{Clamp, Multiplier, requantize};

pub use super::Shape;
use super::{check, for_each};
use crate::arch::dsp::{NATIVE, smlad, sxtab16, sxtab16_ror8};
use crate::arch::{keep_scalar, rolled};
use crate::arena::{Dst, Src};
use crate::memory::Memory;

/// Whether the kernel works by words: the core has the instructions. Tests on other machines run the emulation.
const BY_WORDS: bool = NATIVE || cfg!(test);

/// Constants of a layer.
pub struct Params {
    /// The first factor, row by row; empty if it lies in the arena.
    pub left: &'static [i8],
    /// The second factor, column by column; empty if it lies in the arena.
    pub right: &'static [i8],
    /// What stands for 0.0 in the first factor.
    pub left_zero_point: i8,
    /// What stands for 0.0 in the second factor.
    pub right_zero_point: i8,
    /// What stands for 0.0 in the result.
    pub output_zero_point: i32,
    /// From sums to the result.
    pub multiplier: Multiplier,
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
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
    check::<L::Shape, i8>([L::LEFT, L::RIGHT, L::OUTPUT], constants, M::REGIONS);
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
    unsafe { multiply::<L::Shape>(left, right, cursor.dst(L::OUTPUT), params) }
}

/// # Safety
/// Factors and result have the shape's lengths; the result does not overlap a factor.
#[inline(never)]
unsafe fn multiply<S: Shape>(left: Src<i8>, right: Src<i8>, output: Dst<i8>, params: &'static Params) {
    for_each::<S>(|left_at, right_at, result| {
        let mut row = 0;
        while row < S::ROWS {
            let rows = if BY_WORDS && row + 2 <= S::ROWS { 2 } else { 1 };
            let mut column = 0;
            while column < S::COLUMNS {
                let columns = if BY_WORDS && column + 2 <= S::COLUMNS { 2 } else { 1 };
                // SAFETY: so many rows and columns are those of matrices of the batch.
                unsafe {
                    let a = left.skip(left_at + row * S::INNER);
                    let b = right.skip(right_at + column * S::INNER);
                    let to = output.skip(result + row * S::COLUMNS + column);
                    match (rows, columns) {
                        (2, 2) => block::<S, 2, 2>(a, b, to, params),
                        (2, _) => block::<S, 2, 1>(a, b, to, params),
                        (_, 2) => block::<S, 1, 2>(a, b, to, params),
                        _ => block::<S, 1, 1>(a, b, to, params),
                    }
                }
                column += columns;
            }
            row += rows;
        }
    });
}

/// `R` rows by `C` columns of the result.
///
/// # Safety
/// From `left` on lie `R` rows, from `right` on `C` columns, and from `output` on rows of the result with room for them.
#[inline(always)]
unsafe fn block<S: Shape, const R: usize, const C: usize>(
    left: Src<i8>,
    right: Src<i8>,
    output: Dst<i8>,
    params: &'static Params,
) {
    let (left_zero, right_zero) = (i32::from(params.left_zero_point), i32::from(params.right_zero_point));
    let mut sums = [[0i32; C]; R];
    let whole = if BY_WORDS { S::INNER / 4 * 4 } else { 0 };
    if BY_WORDS {
        let both = |zero: i32| {
            let half = (-zero) as u32 & 0xFFFF;
            half | half << 16
        };
        let (less_left, less_right) = (both(left_zero), both(right_zero));
        let mut i = 0;
        while i < whole {
            let mut a = [[0; 2]; R];
            for (row, a) in a.iter_mut().enumerate() {
                // SAFETY: the caller's; four elements lie in front of `whole`.
                let word = unsafe { left.word(row * S::INNER + i) };
                *a = [sxtab16(less_left, word), sxtab16_ror8(less_left, word)];
            }
            for column in 0..C {
                // SAFETY: as above.
                let word = unsafe { right.word(column * S::INNER + i) };
                let b = [sxtab16(less_right, word), sxtab16_ror8(less_right, word)];
                for (sums, a) in sums.iter_mut().zip(&a) {
                    sums[column] = smlad(a[1], b[1], smlad(a[0], b[0], sums[column]));
                }
            }
            i += 4;
            rolled();
        }
    }
    for (row, sums) in sums.iter_mut().enumerate() {
        for (column, sum) in sums.iter_mut().enumerate() {
            for i in whole..S::INNER {
                // SAFETY: the caller's.
                let (a, b) = unsafe { (left.get(row * S::INNER + i), right.get(column * S::INNER + i)) };
                *sum = sum.wrapping_add((i32::from(a) - left_zero) * (i32::from(b) - right_zero));
                rolled();
            }
            keep_scalar();
            let scaled = requantize(*sum, params.multiplier, S::ROUNDING);
            let clamped = params.clamp.apply(scaled.wrapping_add(params.output_zero_point));
            // SAFETY: the caller's.
            unsafe { output.set(row * S::COLUMNS + column, clamped as i8) };
        }
    }
}
