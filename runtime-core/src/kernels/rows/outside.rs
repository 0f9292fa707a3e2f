//! New rows of a band that are outside the image.

pub use super::Shape;
use super::{fill_bytes, new_bytes, row};
use crate::memory::{Memory, check_buffer};

/// No constants.
pub struct Params {}

/// A band.
pub trait Layer {
    /// Extents.
    type Shape: Shape;
    /// Byte offset of the new rows.
    const ROWS: usize;
    /// No constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    check_buffer::<i8>(L::ROWS, new_bytes::<L::Shape>(), M::REGIONS);
}

/// Fills them in turn `turn`.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M, turn: usize) {
    const { check_layer::<L, M>() };
    let rows = memory.cursor().dst::<i8>(L::ROWS);
    for index in 0..L::Shape::NEW {
        if row::<L::Shape>(turn, index) >= L::Shape::HEIGHT {
            // SAFETY: `check_layer` holds, and `index` is below `NEW`.
            unsafe {
                fill_bytes(rows.skip(index * L::Shape::ROW_BYTES), L::Shape::ROW_BYTES, L::Shape::OUTSIDE)
            };
        }
    }
}
