//! The rows of a band that the next turn reads again: from the band's end to its front.

use tinyml_arith::size::sum;

use super::{copy, words};
use crate::arena::{Arena, check_buffer};

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

const fn check_layer<L: Layer, const N: usize>() {
    check_buffer::<i8>(L::ROWS, sum([L::Shape::BYTES, L::Shape::DISTANCE]), N);
}

/// Moves them.
#[inline(always)]
pub fn run<L: Layer, const N: usize>(arena: &mut Arena<N>) {
    const { check_layer::<L, N>() };
    let (from, to) = arena.io(L::ROWS + L::Shape::DISTANCE, L::ROWS);
    let (bytes, distance) = (L::Shape::BYTES, L::Shape::DISTANCE);
    // SAFETY: `check_layer` holds; the target is in front of the source.
    unsafe {
        if distance > 0 {
            copy(const { words(&[L::ROWS, L::Shape::BYTES, L::Shape::DISTANCE]) }, from, to, bytes);
        }
    }
}
