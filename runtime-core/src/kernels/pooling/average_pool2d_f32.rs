//! Average pooling in floating point.

pub use super::pool2d::Shape;
use super::pool2d::{check, gaps, pool};
use crate::arena::{Dst, Src, bytes, check_overlap};
use crate::kernels::convolution::conv2d::elements;
use crate::memory::{Memory, check_buffer};

/// Constants of a layer.
pub struct Params {
    /// Smallest result (fused activation).
    pub min: f32,
    /// Largest result (fused activation).
    pub max: f32,
}

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may lie over the operand as far as the order of work allows it (see `tinyml_arith::overlap`).
    const OUTPUT: usize;
    /// Whether the kernel runs from the last position to the first.
    const BACKWARD: bool = false;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    check_buffer::<f32>(L::INPUT, input, M::REGIONS);
    check_buffer::<f32>(L::OUTPUT, output, M::REGIONS);
    let (input, output) = (bytes::<f32>(input), bytes::<f32>(output));
    check_overlap(gaps::<L::Shape>(4), (L::INPUT, input), (L::OUTPUT, output), L::BACKWARD);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe {
        if L::BACKWARD {
            average::<L::Shape, true>(input, output, const { &L::PARAMS });
        } else {
            average::<L::Shape, false>(input, output, const { &L::PARAMS });
        }
    }
}

/// # Safety
/// Operand and result have the lengths of the shape; the result overlaps the operand no further than its order of work allows.
#[inline(never)]
unsafe fn average<S: Shape, const BACKWARD: bool>(
    input: Src<f32>,
    output: Dst<f32>,
    params: &'static Params,
) {
    let finish = |sum: f32, taps: usize| {
        let count = if S::COUNT_PADDING { S::KERNEL[0] * S::KERNEL[1] } else { taps };
        // `max` and `min` rather than `clamp`, which panics if the range is empty.
        (sum / count as f32).max(params.min).min(params.max)
    };
    // SAFETY: the caller's.
    unsafe { pool::<S, _, _, BACKWARD>(input, output, 0.0, |sum, x| sum + x, finish) }
}

#[cfg(test)]
mod test;
