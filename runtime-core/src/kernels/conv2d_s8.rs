//! Convolution of int8 activations with int8 weights, scalar reference form.
//!
//! `y = clamp(zero_point + requantise(bias + Σ w * x))`, per output channel multiplier and shift. The operand's zero point is
//! folded into the bias (over all taps), so a tap outside the image contributes `w * zero_point`. Accumulators wrap in
//! 32 bits, as the reference's do. Arithmetic: docs/arithmetic.md, CONV_2D.

pub use super::channelwise::Params;
use super::channelwise::{Channels, check_params};
pub use super::conv2d::Shape;
use super::conv2d::{check, elements, interior, weights};
use crate::arena::{Arena, Dst, Src, check_buffer, check_disjoint};

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; must not overlap the operand.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, const N: usize>() {
    check::<L::Shape>();
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    check_buffer::<i8>(L::INPUT, input, N);
    check_buffer::<i8>(L::OUTPUT, output, N);
    check_disjoint(L::INPUT, input, L::OUTPUT, output);
    check_params(&L::PARAMS, weights::<L::Shape>(), L::Shape::OUTPUT[2]);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, const N: usize>(arena: &mut Arena<N>) {
    const { check_layer::<L, N>() };
    let (input, output) = arena.io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { convolve::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand, result and constants have the lengths of the shape; the result does not overlap the operand.
#[inline(never)]
unsafe fn convolve<S: Shape>(input: Src<i8>, output: Dst<i8>, params: &'static Params) {
    let (y_first, y_end) = const { interior::<S>(0) };
    let (x_first, x_end) = const { interior::<S>(1) };
    let [height, width, _] = S::OUTPUT;
    for y in 0..height {
        let inner_row = y >= y_first && y < y_end;
        for x in 0..width {
            let inner = inner_row && x >= x_first && x < x_end;
            // SAFETY: y and x are output positions; `inner` is `interior` for both axes.
            unsafe {
                if inner {
                    position::<S, true>(input, output, params, y, x);
                } else {
                    position::<S, false>(input, output, params, y, x);
                }
            }
        }
    }
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
    let [in_h, in_w, in_c] = S::INPUT;
    let [_, out_w, out_c] = S::OUTPUT;
    let [k_h, k_w] = S::KERNEL;
    let (group_in, group_out) = (in_c / S::GROUPS, out_c / S::GROUPS);
    let mut weight = Src::from(params.weights);
    let channels = Channels::new(params);
    for channel in 0..out_c {
        let first = channel / group_out * group_in;
        // SAFETY: one bias per output channel.
        let mut acc = unsafe { channels.bias(channel) };
        for ky in 0..k_h {
            // Positions left of or above the image wrap to huge numbers, which the comparison below catches.
            let iy = (y * S::STRIDE[0] + ky * S::DILATION[0]).wrapping_sub(S::PADDING[0]);
            for kx in 0..k_w {
                let ix = (x * S::STRIDE[1] + kx * S::DILATION[1]).wrapping_sub(S::PADDING[1]);
                if INNER || (iy < in_h && ix < in_w) {
                    // SAFETY: (iy, ix) is in the image, `first + group_in <= in_c`, and `weight` moves through exactly
                    // all weights.
                    unsafe {
                        let pixel = input.skip((iy * in_w + ix) * in_c + first);
                        for c in 0..group_in {
                            acc = acc.wrapping_add(i32::from(pixel.get(c)) * i32::from(weight.get(c)));
                        }
                    }
                } else {
                    for c in 0..group_in {
                        // SAFETY: `weight` moves through exactly all weights.
                        let w = i32::from(unsafe { weight.get(c) });
                        acc = acc.wrapping_add(params.input_zero_point.wrapping_mul(w));
                    }
                }
                // SAFETY: `weight` moves through exactly all weights.
                weight = unsafe { weight.skip(group_in) };
            }
        }
        // SAFETY: the channel is below `out_c`, (y, x) is an output position.
        unsafe { output.set((y * out_w + x) * out_c + channel, channels.requantise(acc, channel, S::ROUNDING)) };
    }
}
