//! Fully connected layer of int8 activations with int8 weights, scalar reference form.
//!
//! `y = clamp(zero_point + requantise(bias + Σ w * x))`, with the operand's zero point folded into the bias; accumulators wrap in
//! 32 bits, as the reference's do. Weights: `[OUTPUTS][INPUTS]`. Arithmetic: docs/arithmetic.md, FULLY_CONNECTED.

pub use super::fully_connected::Shape;
use super::fully_connected::{check, elements, gaps, weights};
use crate::arena::{Dst, Src, check_overlap};
pub use crate::kernels::channelwise::Params;
use crate::kernels::channelwise::{Channels, check_params};
use crate::memory::{Memory, check_buffer};

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
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_overlap(gaps::<L::Shape>(1), (L::INPUT, input), (L::OUTPUT, output), false);
    check_params(&L::PARAMS, weights::<L::Shape>(), L::Shape::OUTPUTS, L::Shape::PER_CHANNEL);
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
unsafe fn multiply<S: Shape>(input: Src<i8>, output: Dst<i8>, params: &'static Params) {
    let channels = Channels::new(params);
    for row in 0..S::ROWS {
        let mut weight = Src::from(params.weights);
        for channel in 0..S::OUTPUTS {
            // SAFETY: `row` and `channel` are below the shape's extents, and `weight` moves through exactly all weights.
            unsafe {
                let x = input.skip(row * S::INPUTS);
                let mut acc = channels.bias(channel);
                for i in 0..S::INPUTS {
                    acc = acc.wrapping_add(i32::from(x.get(i)) * i32::from(weight.get(i)));
                }
                weight = weight.skip(S::INPUTS);
                let scale = if S::PER_CHANNEL { channel } else { 0 };
                output.set(row * S::OUTPUTS + channel, channels.requantise(acc, scale, S::ROUNDING));
            }
        }
    }
}

#[cfg(test)]
mod test;
