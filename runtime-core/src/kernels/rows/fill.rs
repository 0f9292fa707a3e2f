//! Rows that consist of one byte, before the first turn.

use super::fill_bytes;
use crate::memory::{Memory, check_buffer};

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

const fn check_layer<L: Layer, M: Memory>() {
    check_buffer::<i8>(L::ROWS, L::Shape::BYTES, M::REGIONS);
}

/// Fills it.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let rows = memory.cursor().dst(L::ROWS);
    // SAFETY: `check_layer` holds.
    unsafe { fill_bytes(rows, L::Shape::BYTES, L::Shape::VALUE) };
}
