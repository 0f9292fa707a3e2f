//! Linear interpolation of int8 images by words of four channels, for any core: weights with few bits, such as those of twice the size.
//!
//! Bytes become 128 larger, so that they are not negative, and two of them lie in the halves of a word. A product of the word with a weight then
//! has both products in its halves, and a sum both sums, as long as none reaches 2^16: with weights of up to eight bits together.
//! For each row of the result and each four channels the kernel walks along the columns; what is interpolated between two rows is kept for all
//! columns that lie between the same two of the operand. Arithmetic: docs/arithmetic.md, RESIZE_BILINEAR.

use tinyml_arith::size::sum;

pub use super::resize_linear::{Params, Shape};
use super::resize_linear::{check_buffers, check_params, unpack};
use crate::arena::{Dst, Src};
use crate::memory::Memory;

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry; the number of channels is a multiple of 4.
    type Shape: Shape;
    /// Byte offset of the operand, a multiple of 4.
    const INPUT: usize;
    /// Byte offset of the result, apart from the operand; a multiple of 4.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    check_buffers::<L::Shape, i8>(L::INPUT, L::OUTPUT, M::REGIONS);
    check_params::<L::Shape>(&L::PARAMS);
    assert!(L::Shape::INPUT[2] % 4 == 0, "the channels are no words");
    assert!(L::INPUT % 4 == 0 && L::OUTPUT % 4 == 0, "operand or result is not aligned to words");
    let [rows, columns] = L::Shape::BITS;
    assert!(sum([rows, columns]) <= 8, "sums do not fit in half a word");
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io::<i8, i8>(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { resize::<L::Shape>(input.words(), output.cast(), const { &L::PARAMS }) }
}

/// The bytes of a word that are 128 larger, in halves of words: the even ones and the odd ones.
#[inline(always)]
fn halves(word: u32) -> [u32; 2] {
    let larger = word ^ 0x8080_8080;
    [larger & 0x00FF_00FF, larger >> 8 & 0x00FF_00FF]
}

/// # Safety
/// Operand and result have the shape's lengths and do not overlap; the tables fit them.
#[inline(never)]
unsafe fn resize<S: Shape>(input: Src<u32>, output: Dst<u32>, params: &'static Params) {
    let [_, width, channels] = S::INPUT;
    let words = channels / 4;
    let [row_bits, column_bits] = S::BITS;
    let (rows, columns) = (Src::from(params.rows), Src::from(params.columns));
    for y in 0..S::OUTPUT[0] {
        // SAFETY: the tables have a word for each line of the result.
        let (row, below) = unpack(unsafe { rows.get(y) });
        let above = (1 << row_bits) - below;
        let next = if below == 0 { 0 } else { width * words };
        for word in 0..words {
            let first = row * width * words + word;
            // SAFETY: the rows and the columns that are asked for are in the operand.
            let blend = |column: usize| unsafe {
                let place = first + column * words;
                let (a, b) = (halves(input.get(place)), halves(input.get(place + next)));
                [a[0] * above + b[0] * below, a[1] * above + b[1] * below]
            };
            let (mut at, mut left, mut right) = (0, blend(0), blend(if width > 1 { 1 } else { 0 }));
            let mut place = y * S::OUTPUT[1] * words + word;
            for x in 0..S::OUTPUT[1] {
                // SAFETY: as above.
                let (column, behind) = unpack(unsafe { columns.get(x) });
                if column != at {
                    left = if column == at + 1 { right } else { blend(column) };
                    right = blend(if column + 1 < width { column + 1 } else { column });
                    at = column;
                }
                let front = (1 << column_bits) - behind;
                let pair = |half: usize| {
                    let sums = left[half] * front + right[half] * behind;
                    S::TIES.rounded_pair(sums, row_bits + column_bits)
                };
                // SAFETY: `place` moves through the words of these channels in this row of the result.
                unsafe { output.set(place, (pair(0) | pair(1) << 8) ^ 0x8080_8080) };
                place += words;
            }
        }
    }
}

#[cfg(test)]
mod test;
