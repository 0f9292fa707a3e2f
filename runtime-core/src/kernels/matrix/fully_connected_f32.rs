//! Fully connected layer in floating point: `y = clamp(bias + Σ w * x)`.

pub use super::fully_connected::Shape;
use super::fully_connected::{check, elements, gaps, weights};
use crate::arena::{Dst, Src, bytes, check_overlap};
use crate::memory::{Memory, check_buffer};

/// Constants of a layer.
pub struct Params {
    /// `[OUTPUTS][INPUTS]`.
    pub weights: &'static [f32],
    /// Per output.
    pub bias: &'static [f32],
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
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    let (input, output) = elements::<L::Shape>();
    check_buffer::<f32>(L::INPUT, input, M::REGIONS);
    check_buffer::<f32>(L::OUTPUT, output, M::REGIONS);
    let (input, output) = (bytes::<f32>(input), bytes::<f32>(output));
    check_overlap(gaps::<L::Shape>(4), (L::INPUT, input), (L::OUTPUT, output), false);
    assert!(L::PARAMS.weights.len() == weights::<L::Shape>(), "the weights do not have the shape's length");
    assert!(L::PARAMS.bias.len() == L::Shape::OUTPUTS, "there is not one bias per output");
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { multiply::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand, result and constants have the lengths of the shape; the result overlaps the operand no further than its order of work allows.
#[inline(never)]
unsafe fn multiply<S: Shape>(input: Src<f32>, output: Dst<f32>, params: &'static Params) {
    let bias = Src::from(params.bias);
    for row in 0..S::ROWS {
        let mut weight = Src::from(params.weights);
        for channel in 0..S::OUTPUTS {
            // SAFETY: `row` and `channel` are below the shape's extents, and `weight` moves through exactly all weights.
            unsafe {
                let x = input.skip(row * S::INPUTS);
                let mut acc = bias.get(channel);
                for i in 0..S::INPUTS {
                    acc += x.get(i) * weight.get(i);
                }
                weight = weight.skip(S::INPUTS);
                // `max` and `min` rather than `clamp`, which panics if the range is empty.
                output.set(row * S::OUTPUTS + channel, acc.max(params.min).min(params.max));
            }
        }
    }
}

#[cfg(test)]
mod test;
