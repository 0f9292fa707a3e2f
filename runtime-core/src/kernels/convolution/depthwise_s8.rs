//! Depthwise convolution of int8 activations with int8 weights, scalar reference form.
//!
//! Each input channel is convolved by itself: output channel `c` reads input channel `c / (C_out / C_in)`. Weights lie with the
//! channels innermost, `[K_h][K_w][C_out]`, as the activations do, so that neighbouring channels read neighbouring bytes.
//! Arithmetic as in `conv2d_s8`: docs/arithmetic.md, DEPTHWISE_CONV_2D.

use tinyml_arith::overlap::Blocks;

pub use super::conv2d::Shape;
use super::conv2d::{check, elements, gaps, weights, window};
use crate::arch::{keep_scalar, opaque};
use crate::arena::{Dst, Src, check_overlap};
pub use crate::kernels::channelwise::Params;
use crate::kernels::channelwise::{Channels, check_params};
use crate::memory::{Memory, check_buffer};

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry; `GROUPS` is the number of input channels.
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

/// What is read before what is written.
const fn blocks<S: Shape>() -> Blocks {
    Blocks::depthwise(S::OUTPUT[2] / S::INPUT[2])
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    assert!(L::Shape::GROUPS == L::Shape::INPUT[2], "the convolution is not depthwise");
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    let gaps = gaps::<L::Shape>(1, blocks::<L::Shape>());
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
        |y, x| unsafe { position::<S, true, BACKWARD>(input, output, params, y, x) },
        // SAFETY: the caller's; y and x are an output position.
        |y, x| unsafe { position::<S, false, BACKWARD>(input, output, params, y, x) },
    );
}

/// All channels of one output position.
///
/// # Safety
/// As for [`convolve`]; `y` and `x` are below the output's extents; `INNER` only if the whole window is in the image.
#[inline(always)]
unsafe fn position<S: Shape, const INNER: bool, const BACKWARD: bool>(
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
    let weights = Src::from(params.weights);
    let channels = Channels::new(params);
    for i in 0..out_c {
        keep_scalar();
        // Else what is known of every tap is kept for all channels: hundreds of bytes of stack.
        let (y, x) = if INNER && k_h * k_w <= 16 { (y, x) } else { (opaque(y), opaque(x)) };
        let channel = if BACKWARD { out_c - 1 - i } else { i };
        let source = channel / const { S::OUTPUT[2] / S::GROUPS };
        // SAFETY: one bias per output channel.
        let mut acc = unsafe { channels.bias(channel) };
        for ky in 0..k_h {
            let iy = window.position(0, y, ky);
            for kx in 0..k_w {
                let ix = window.position(1, x, kx);
                // SAFETY: the tap is in the image or is not read, `source` is an input channel, and there are
                // `k_h * k_w * out_c` weights.
                unsafe {
                    let pixel = if INNER || (iy < in_h && ix < in_w) {
                        i32::from(input.get((iy * in_w + ix) * in_c + source))
                    } else {
                        params.input_zero_point
                    };
                    let weight = i32::from(weights.get((ky * k_w + kx) * out_c + channel));
                    acc = acc.wrapping_add(pixel.wrapping_mul(weight));
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
