//! Rows of images on their way through a chain of layers that is carried out a few rows at a time: taken from a whole tensor, kept
//! for the next turn, filled in outside the image, put into a whole tensor, added up.
//!
//! A band is some kept rows with the turn's new ones behind them. In turn `i` the first new row is row `i * NEW - DELAY` of the image.

pub mod average;
pub mod fill;
pub mod keep;
pub mod mean;
pub mod outside;
pub mod put;
pub mod sum;
pub mod take;

use tinyml_arith::size::product;

use crate::arena::{Dst, Src};

/// New rows of a band in each turn.
pub trait Shape {
    /// Bytes of a row.
    const ROW_BYTES: usize;
    /// Rows of the image.
    const HEIGHT: usize;
    /// New rows in each turn.
    const NEW: usize;
    /// Row `-DELAY` is the first new one of turn 0.
    const DELAY: usize = 0;
    /// The byte that rows outside the image consist of.
    const OUTSIDE: i8 = 0;
}

/// Bytes of a turn's new rows.
const fn new_bytes<S: Shape>() -> usize {
    product([S::NEW, S::ROW_BYTES])
}

/// Bytes of the image.
const fn image_bytes<S: Shape>() -> usize {
    product([S::HEIGHT, S::ROW_BYTES])
}

/// The number of the `index`-th new row of a turn; of rows above the image, a huge one.
#[inline(always)]
fn row<S: Shape>(turn: usize, index: usize) -> usize {
    turn.wrapping_mul(S::NEW).wrapping_add(index).wrapping_sub(S::DELAY)
}

/// Whether offsets and lengths are whole words.
const fn words(numbers: &[usize]) -> bool {
    let mut i = 0;
    while i < numbers.len() {
        if !numbers[i].is_multiple_of(4) {
            return false;
        }
        i += 1;
    }
    true
}

/// Copies bytes in ascending order, as words if `in_words`, which is a constant.
///
/// # Safety
/// Both places have `bytes` bytes; if they overlap, `to` is in front. With `in_words`, both are aligned to words, and `bytes` is a
/// multiple of 4.
#[inline(always)]
unsafe fn copy(in_words: bool, from: Src<i8>, to: Dst<i8>, bytes: usize) {
    // SAFETY: the caller's.
    unsafe {
        if in_words {
            copy_words(from.cast(), to.cast(), bytes / 4);
        } else {
            copy_bytes(from, to, bytes);
        }
    }
}

/// Four words in turn, so that cores that load and store several registers at once can.
///
/// # Safety
/// Both places have `words` aligned words; if they overlap, `to` is in front.
#[inline(never)]
unsafe fn copy_words(mut from: Src<u32>, mut to: Dst<u32>, words: usize) {
    // SAFETY: the caller's; no word is read or written beyond `words`.
    unsafe {
        for _ in 0..words / 4 {
            let four = [from.get(0), from.get(1), from.get(2), from.get(3)];
            to.set(0, four[0]);
            to.set(1, four[1]);
            to.set(2, four[2]);
            to.set(3, four[3]);
            (from, to) = (from.skip(4), to.skip(4));
        }
        for i in 0..words % 4 {
            to.set(i, from.get(i));
        }
    }
}

/// # Safety
/// Both places have `bytes` bytes; if they overlap, `to` is in front.
#[inline(never)]
unsafe fn copy_bytes(from: Src<i8>, to: Dst<i8>, bytes: usize) {
    for i in 0..bytes {
        // SAFETY: the caller's.
        unsafe { to.set(i, from.get(i)) };
    }
}

/// # Safety
/// There are `bytes` bytes.
#[inline(never)]
unsafe fn fill_bytes(place: Dst<i8>, bytes: usize, value: i8) {
    for i in 0..bytes {
        // SAFETY: the caller's.
        unsafe { place.set(i, value) };
    }
}

#[cfg(test)]
mod test;
