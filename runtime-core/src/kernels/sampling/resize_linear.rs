//! What the kernels of linear interpolation share: geometry, tables and their checks.

use tinyml_arith::resize::Ties;
use tinyml_arith::size::{difference, product};

use crate::arena::{bytes, check_disjoint};
use crate::memory::{Regions, check_buffer};

/// Geometry of an image `H × W × C` (batch 1, channels innermost) that gets another height and width.
pub trait Shape {
    /// Height, width and channels of the operand.
    const INPUT: [usize; 3];
    /// Height and width of the result.
    const OUTPUT: [usize; 2];
    /// Weights along rows and columns are in parts of two to the power of these (int8 kernels); at most 16.
    const BITS: [usize; 2] = [0, 0];
    /// Where sums half way between two integers go (int8 kernels).
    const TIES: Ties = Ties::Away;
}

/// Constants of the int8 kernels: for each row and each column of the result the line of the operand in front of it, in the high half of a
/// word, and the weight of the line behind that in the low half. That weight is 0 where there is none.
pub struct Params {
    /// Of the rows.
    pub rows: &'static [u32],
    /// Of the columns.
    pub columns: &'static [u32],
}

/// Elements of operand and result.
pub(super) const fn elements<S: Shape>() -> [usize; 2] {
    let [_, _, channels] = S::INPUT;
    [product(S::INPUT), product([S::OUTPUT[0], S::OUTPUT[1], channels])]
}

/// Refuses buffers that overlap or are not there.
pub(super) const fn check_buffers<S: Shape, T>(input: usize, output: usize, regions: Regions) {
    let [operand, result] = elements::<S>();
    check_buffer::<T>(input, operand, regions);
    check_buffer::<T>(output, result, regions);
    check_disjoint(input, bytes::<T>(operand), output, bytes::<T>(result));
}

/// Refuses tables of the int8 kernels that do not fit the shape.
pub(super) const fn check_params<S: Shape>(params: &Params) {
    assert!(S::BITS[0] <= 16 && S::BITS[1] <= 16, "weights have at most 16 bits");
    check_table(params.rows, S::OUTPUT[0], S::INPUT[0], S::BITS[0]);
    check_table(params.columns, S::OUTPUT[1], S::INPUT[1], S::BITS[1]);
}

const fn check_table(table: &[u32], results: usize, lines: usize, bits: usize) {
    assert!(table.len() == results, "the table has not a word for each line of the result");
    let mut i = 0;
    while i < results {
        let (line, weight) = unpack(table[i]);
        assert!(
            line < lines && (weight == 0 || line < difference(lines, 1)),
            "a line is outside of the operand"
        );
        assert!(weight as usize >> bits == 0, "a weight is more than the whole");
        i += 1;
    }
}

/// The line in front, and the weight of the one behind it.
#[inline(always)]
pub(super) const fn unpack(word: u32) -> (usize, u32) {
    ((word >> 16) as usize, word & 0xFFFF)
}
