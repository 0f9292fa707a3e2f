//! Linear interpolation of int8 images, scalar form: any number of channels, any weights. Arithmetic: docs/arithmetic.md, RESIZE_BILINEAR.

pub use super::resize_linear::{Params, Shape};
use super::resize_linear::{check_buffers, check_params, unpack};
use crate::arch::keep_scalar;
use crate::arena::{Dst, Src};
use crate::memory::Memory;

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result, apart from the operand.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    check_buffers::<L::Shape, i8>(L::INPUT, L::OUTPUT, M::REGIONS);
    check_params::<L::Shape>(&L::PARAMS);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { resize::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand and result have the shape's lengths and do not overlap; the tables fit them.
#[inline(never)]
unsafe fn resize<S: Shape>(input: Src<i8>, output: Dst<i8>, params: &'static Params) {
    let [_, width, channels] = S::INPUT;
    let [row_bits, column_bits] = S::BITS;
    let (rows, columns) = (Src::from(params.rows), Src::from(params.columns));
    let mut place = 0;
    for y in 0..S::OUTPUT[0] {
        // SAFETY: the tables have a word for each line of the result.
        let (row, below) = unpack(unsafe { rows.get(y) });
        let above = (1 << row_bits) - below as i32;
        // A line behind that has no weight may be outside.
        let next = if below == 0 { 0 } else { width * channels };
        for x in 0..S::OUTPUT[1] {
            // SAFETY: as above.
            let (column, right) = unpack(unsafe { columns.get(x) });
            let left = (1 << column_bits) - right as i32;
            let beside = if right == 0 { 0 } else { channels };
            let first = (row * width + column) * channels;
            for channel in 0..channels {
                keep_scalar();
                // SAFETY: the lines and those behind them are in the operand; `place` moves through the result.
                unsafe {
                    let at = |index: usize| i32::from(input.get(first + index + channel));
                    let blend = |index: usize| at(index) * above + at(index + next) * below as i32;
                    let (a, b) = (blend(0), blend(beside));
                    let element = if row_bits + column_bits <= 22 {
                        S::TIES.rounded(a * left + b * right as i32, row_bits + column_bits)
                    } else {
                        let sum = i64::from(a) * i64::from(left) + i64::from(b) * i64::from(right);
                        S::TIES.rounded_wide(sum, row_bits + column_bits)
                    };
                    output.set(place, element as i8);
                }
                place += 1;
            }
        }
    }
}

#[cfg(test)]
mod test;
