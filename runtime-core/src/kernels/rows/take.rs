//! The new rows of a band from the whole tensor; those outside the image are filled.

pub use super::Shape;
use super::{copy, fill_bytes, image_bytes, new_bytes, row, words};
use crate::arena::check_disjoint;
use crate::memory::{Memory, check_buffer};

/// No constants.
pub struct Params {}

/// A band and a tensor.
pub trait Layer {
    /// Extents.
    type Shape: Shape;
    /// Byte offset of the tensor.
    const INPUT: usize;
    /// Byte offset of the new rows.
    const ROWS: usize;
    /// No constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let (rows, tensor) = (new_bytes::<L::Shape>(), image_bytes::<L::Shape>());
    check_buffer::<i8>(L::ROWS, rows, M::REGIONS);
    check_buffer::<i8>(L::INPUT, tensor, M::REGIONS);
    check_disjoint(L::ROWS, rows, L::INPUT, tensor);
}

/// Copies them in turn `turn`.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M, turn: usize) {
    const { check_layer::<L, M>() };
    let (tensor, rows) = memory.cursor().io::<i8, i8>(L::INPUT, L::ROWS);
    let bytes = L::Shape::ROW_BYTES;
    for index in 0..L::Shape::NEW {
        let row = row::<L::Shape>(turn, index);
        // SAFETY: `check_layer` holds, `index` is below `NEW`, and `row` is used only if it is below `HEIGHT`.
        unsafe {
            let to = rows.skip(index * bytes);
            if row >= L::Shape::HEIGHT {
                fill_bytes(to, bytes, L::Shape::OUTSIDE);
            } else {
                let in_words = const { words(&[L::ROWS, L::INPUT, L::Shape::ROW_BYTES]) };
                copy(in_words, tensor.skip(row * bytes), to, bytes);
            }
        }
    }
}
