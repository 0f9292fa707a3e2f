//! Linear interpolation of images in floating point, in the order in which TFLite's reference multiplies and adds.

pub use super::resize_linear::Shape;
use super::resize_linear::{check_buffers, unpack};
use crate::arena::{Dst, Src};
use crate::memory::Memory;

/// Constants of a layer: for each row and each column of the result the line of the operand in front of it, in the high half of a word, the
/// line behind it in the low half, and the latter's weight.
pub struct Params {
    /// The lines of the rows.
    pub rows: &'static [u32],
    /// The weights of the rows.
    pub row_weights: &'static [f32],
    /// The lines of the columns.
    pub columns: &'static [u32],
    /// The weights of the columns.
    pub column_weights: &'static [f32],
}

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
    check_buffers::<L::Shape, f32>(L::INPUT, L::OUTPUT, M::REGIONS);
    let (input, output) = (L::Shape::INPUT, L::Shape::OUTPUT);
    check_table(L::PARAMS.rows, L::PARAMS.row_weights, output[0], input[0]);
    check_table(L::PARAMS.columns, L::PARAMS.column_weights, output[1], input[1]);
}

const fn check_table(table: &[u32], weights: &[f32], results: usize, lines: usize) {
    assert!(
        table.len() == results && weights.len() == results,
        "the tables have not a word for each line of the result"
    );
    let mut i = 0;
    while i < results {
        let (front, behind) = unpack(table[i]);
        assert!(front < lines && (behind as usize) < lines, "a line is outside of the operand");
        i += 1;
    }
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
unsafe fn resize<S: Shape>(input: Src<f32>, output: Dst<f32>, params: &'static Params) {
    let [_, width, channels] = S::INPUT;
    let (rows, row_weights) = (Src::from(params.rows), Src::from(params.row_weights));
    let (columns, column_weights) = (Src::from(params.columns), Src::from(params.column_weights));
    let mut place = 0;
    for y in 0..S::OUTPUT[0] {
        // SAFETY: the tables have a word for each line of the result.
        let ((above, below), lower) = unsafe { (unpack(rows.get(y)), row_weights.get(y)) };
        let upper = 1.0 - lower;
        for x in 0..S::OUTPUT[1] {
            // SAFETY: as above.
            let ((front, behind), right) = unsafe { (unpack(columns.get(x)), column_weights.get(x)) };
            let left = 1.0 - right;
            for channel in 0..channels {
                // SAFETY: the lines are in the operand; `place` moves through the result.
                unsafe {
                    let at = |y: usize, x: usize| input.get((y * width + x) * channels + channel);
                    let (below, behind) = (below as usize, behind as usize);
                    let sum = at(above, front) * upper * left + at(below, front) * lower * left;
                    let sum = sum + at(above, behind) * upper * right;
                    output.set(place, sum + at(below, behind) * lower * right);
                }
                place += 1;
            }
        }
    }
}

#[cfg(test)]
mod test;
