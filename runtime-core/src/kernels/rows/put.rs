//! The new rows of a band that are in the image, into the whole tensor.

pub use super::Shape;
use super::{copy, image_bytes, new_bytes, row, words};
use crate::arena::check_disjoint;
use crate::memory::{Memory, check_buffer};

/// No constants.
pub struct Params {}

/// A band and a tensor.
pub trait Layer {
    /// Extents.
    type Shape: Shape;
    /// Byte offset of the new rows.
    const ROWS: usize;
    /// Byte offset of the tensor.
    const OUTPUT: usize;
    /// No constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let (rows, tensor) = (new_bytes::<L::Shape>(), image_bytes::<L::Shape>());
    check_buffer::<i8>(L::ROWS, rows, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, tensor, M::REGIONS);
    check_disjoint(L::ROWS, rows, L::OUTPUT, tensor);
}

/// Copies them in turn `turn`.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M, turn: usize) {
    const { check_layer::<L, M>() };
    let (rows, tensor) = memory.cursor().io::<i8, i8>(L::ROWS, L::OUTPUT);
    let bytes = L::Shape::ROW_BYTES;
    for index in 0..L::Shape::NEW {
        let row = row::<L::Shape>(turn, index);
        if row < L::Shape::HEIGHT {
            // SAFETY: `check_layer` holds, `index` is below `NEW` and `row` below `HEIGHT`.
            unsafe {
                let (from, to) = (rows.skip(index * bytes), tensor.skip(row * bytes));
                copy(const { words(&[L::ROWS, L::OUTPUT, L::Shape::ROW_BYTES]) }, from, to, bytes);
            }
        }
    }
}
