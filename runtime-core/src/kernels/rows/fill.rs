//! Rows that consist of one byte, before the first turn.

use super::fill_bytes;
use crate::arena::{Arena, check_buffer};

/// What is filled with what.
pub trait Shape {
    /// How many bytes.
    const BYTES: usize;
    /// Their value.
    const VALUE: i8 = 0;
}

/// No constants.
pub struct Params {}

/// A place in the arena.
pub trait Layer {
    /// Size and value.
    type Shape: Shape;
    /// Byte offset.
    const ROWS: usize;
    /// No constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, const N: usize>() {
    check_buffer::<i8>(L::ROWS, L::Shape::BYTES, N);
}

/// Fills it.
#[inline(always)]
pub fn run<L: Layer, const N: usize>(arena: &mut Arena<N>) {
    const { check_layer::<L, N>() };
    let rows = arena.cursor().dst(L::ROWS);
    // SAFETY: `check_layer` holds.
    unsafe { fill_bytes(rows, L::Shape::BYTES, L::Shape::VALUE) };
}
