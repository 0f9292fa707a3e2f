//! Convolution of int8 activations with int8 weights, scalar reference form.
//!
//! `y = clamp(zero_point + requantise(bias + Σ w * x))`, per output channel multiplier and shift. The operand's zero point is
//! folded into the bias (over all taps), so a tap outside the image contributes `w * zero_point`. Accumulators wrap in
//! 32 bits, as the reference's do. Weights: `[C_out][K_h][K_w][C_in / GROUPS]`. Arithmetic: docs/arithmetic.md, CONV_2D.
//!
//! The interior of the image has no test for the border; a pointwise convolution has no border at all.

use tinyml_arith::overlap::Blocks;

pub use super::conv2d::Shape;
use super::conv2d::{check, elements, gaps, weights, window};
use crate::arch::opaque;
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
    /// Whether the kernel runs from the last position to the first.
    const BACKWARD: bool = false;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    let gaps = gaps::<L::Shape>(1, Blocks::POSITION);
    check_overlap(gaps, (L::INPUT, input), (L::OUTPUT, output), L::BACKWARD);
    check_params(&L::PARAMS, weights::<L::Shape>(), L::Shape::OUTPUT[2], true);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe {
        if L::BACKWARD {
            convolve::<L::Shape, true>(input, output, const { &L::PARAMS });
        } else {
            convolve::<L::Shape, false>(input, output, const { &L::PARAMS });
        }
    }
}

/// # Safety
/// Operand, result and constants have the lengths of the shape; the result overlaps the operand no further than its order of work allows.
#[inline(never)]
unsafe fn convolve<S: Shape, const BACKWARD: bool>(input: Src<i8>, output: Dst<i8>, params: &'static Params) {
    const { window::<S>().split() }.for_each::<BACKWARD>(
        // SAFETY: the caller's; y and x are an output position whose whole window is in the image.
        |y, x| unsafe { position::<S, true>(input, output, params, y, x) },
        // SAFETY: the caller's; y and x are an output position.
        |y, x| unsafe { position::<S, false>(input, output, params, y, x) },
    );
}

/// All channels of one output position.
///
/// # Safety
/// As for [`convolve`]; `y` and `x` are below the output's extents; `INNER` only if the whole window is in the image.
#[inline(always)]
unsafe fn position<S: Shape, const INNER: bool>(
    input: Src<i8>,
    output: Dst<i8>,
    params: &'static Params,
    y: usize,
    x: usize,
) {
    let window = const { window::<S>() };
    let [in_h, in_w, in_c] = S::INPUT;
    let [_, out_w, out_c] = S::OUTPUT;
    let [k_h, k_w] = S::KERNEL;
    let (group_in, group_out) = (in_c / S::GROUPS, out_c / S::GROUPS);
    let mut weight = Src::from(params.weights);
    let channels = Channels::new(params);
    for channel in 0..out_c {
        // Else what is known of every tap is kept for all channels: hundreds of bytes of stack.
        let (y, x) = (opaque(y), opaque(x));
        let first = channel / group_out * group_in;
        // SAFETY: one bias per output channel.
        let mut acc = unsafe { channels.bias(channel) };
        for ky in 0..k_h {
            let iy = window.position(0, y, ky);
            for kx in 0..k_w {
                let ix = window.position(1, x, kx);
                // SAFETY: the tap is in the image or is not read, `first + group_in <= in_c`, and `weight` moves through
                // exactly all weights.
                unsafe {
                    if INNER || (iy < in_h && ix < in_w) {
                        let pixel = input.skip((iy * in_w + ix) * in_c + first);
                        for c in 0..group_in {
                            acc = acc.wrapping_add(i32::from(pixel.get(c)) * i32::from(weight.get(c)));
                        }
                    } else {
                        for c in 0..group_in {
                            let w = i32::from(weight.get(c));
                            acc = acc.wrapping_add(params.input_zero_point.wrapping_mul(w));
                        }
                    }
                    weight = weight.skip(group_in);
                }
            }
        }
        // SAFETY: the channel is below `out_c`, (y, x) is an output position.
        unsafe {
            output.set((y * out_w + x) * out_c + channel, channels.requantise(acc, channel, S::ROUNDING))
        };
    }
}

#[cfg(test)]
mod test;
