//! The rows of a band that the next turn reads again: from the band's end to its front.

use tinyml_arith::size::sum;

use super::{copy, words};
use crate::memory::{Memory, check_buffer};

/// What is moved how far.
pub trait Shape {
    /// Bytes that are kept.
    const BYTES: usize;
    /// By how many bytes they move towards the front.
    const DISTANCE: usize;
}

/// No constants.
pub struct Params {}

/// A band.
pub trait Layer {
    /// Extents.
    type Shape: Shape;
    /// Byte offset of the band: where the kept rows go.
    const ROWS: usize;
    /// No constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    check_buffer::<i8>(L::ROWS, sum([L::Shape::BYTES, L::Shape::DISTANCE]), M::REGIONS);
}

/// Moves them.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (from, to) = memory.cursor().io(L::ROWS + L::Shape::DISTANCE, L::ROWS);
    let (bytes, distance) = (L::Shape::BYTES, L::Shape::DISTANCE);
    // SAFETY: `check_layer` holds; the target is in front of the source.
    unsafe {
        if distance > 0 {
            copy(const { words(&[L::ROWS, L::Shape::BYTES, L::Shape::DISTANCE]) }, from, to, bytes);
        }
    }
}
