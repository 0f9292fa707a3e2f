//! New rows of a band, added to the sums of their channels.

use super::{new_bytes, row};
use crate::arena::{Dst, Src, bytes, check_disjoint};
use crate::memory::{Memory, check_buffer};

/// What is added.
pub trait Shape {
    /// Bytes of a row.
    const ROW_BYTES: usize;
    /// Rows of the image.
    const HEIGHT: usize;
    /// New rows in each turn.
    const NEW: usize;
    /// Row `-DELAY` is the first new one of turn 0.
    const DELAY: usize = 0;
    /// Channels of a position, and sums.
    const CHANNELS: usize;
}

/// The rows as the other kernels know them.
struct Rows<S>(core::marker::PhantomData<S>);

impl<S: Shape> super::Shape for Rows<S> {
    const ROW_BYTES: usize = S::ROW_BYTES;
    const HEIGHT: usize = S::HEIGHT;
    const NEW: usize = S::NEW;
    const DELAY: usize = S::DELAY;
}

/// No constants.
pub struct Params {}

/// A band and its sums.
pub trait Layer {
    /// Extents.
    type Shape: Shape;
    /// Byte offset of the new rows.
    const ROWS: usize;
    /// Byte offset of the sums, i32.
    const SUMS: usize;
    /// No constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let (rows, channels) = (new_bytes::<Rows<L::Shape>>(), L::Shape::CHANNELS);
    check_buffer::<i8>(L::ROWS, rows, M::REGIONS);
    check_buffer::<i32>(L::SUMS, channels, M::REGIONS);
    check_disjoint(L::ROWS, rows, L::SUMS, bytes::<i32>(channels));
    assert!(L::Shape::ROW_BYTES.is_multiple_of(channels), "a row has a part of a position");
}

/// Adds those that are in the image in turn `turn`.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M, turn: usize) {
    const { check_layer::<L, M>() };
    let (rows, sums) = memory.cursor().io(L::ROWS, L::SUMS);
    for index in 0..L::Shape::NEW {
        if row::<Rows<L::Shape>>(turn, index) < L::Shape::HEIGHT {
            // SAFETY: `check_layer` holds, and `index` is below `NEW`.
            unsafe { add::<L::Shape>(rows.skip(index * L::Shape::ROW_BYTES), sums) }
        }
    }
}

/// # Safety
/// The row and the sums have the lengths of the shape and do not overlap.
#[inline(never)]
unsafe fn add<S: Shape>(row: Src<i8>, sums: Dst<i32>) {
    for channel in 0..S::CHANNELS {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = sums.as_src().get(channel);
            for position in 0..S::ROW_BYTES / S::CHANNELS {
                sum = sum.wrapping_add(row.get(position * S::CHANNELS + channel).into());
            }
            sums.set(channel, sum);
        }
    }
}
