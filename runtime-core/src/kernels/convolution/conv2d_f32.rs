//! Convolution in floating point: `y = clamp(bias + Σ w * x)`. Taps outside the image contribute nothing.

use tinyml_arith::overlap::Blocks;

pub use super::conv2d::Shape;
use super::conv2d::{check, elements, gaps, weights};
use crate::arena::{Dst, Src, bytes, check_overlap};
use crate::memory::{Memory, check_buffer};

/// Constants of a layer.
pub struct Params {
    /// `[C_out][K_h][K_w][C_in / GROUPS]`.
    pub weights: &'static [f32],
    /// Per output channel.
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
    let gaps = gaps::<L::Shape>(4, Blocks::POSITION);
    check_overlap(gaps, (L::INPUT, bytes::<f32>(input)), (L::OUTPUT, bytes::<f32>(output)), L::BACKWARD);
    assert!(L::PARAMS.weights.len() == weights::<L::Shape>(), "the weights do not have the shape's length");
    assert!(L::PARAMS.bias.len() == L::Shape::OUTPUT[2], "there is not one bias per output channel");
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
/// Operand, result and constants have the lengths of the shape; the result overlaps the operand no further
/// than its order of work allows.
#[inline(never)]
unsafe fn convolve<S: Shape, const BACKWARD: bool>(
    input: Src<f32>,
    output: Dst<f32>,
    params: &'static Params,
) {
    let [out_h, out_w, out_c] = S::OUTPUT;
    for row in 0..out_h {
        let y = if BACKWARD { out_h - 1 - row } else { row };
        for column in 0..out_w {
            let x = if BACKWARD { out_w - 1 - column } else { column };
            for channel in 0..out_c {
                // SAFETY: this function's condition; (y, x, channel) is a position of the result.
                let sum = unsafe { sum::<S>(input, params, [y, x, channel]) };
                // `max` and `min` rather than `clamp`, which panics if the range is empty.
                let value = sum.max(params.min).min(params.max);
                // SAFETY: the channel is below `out_c`, (y, x) is an output position.
                unsafe { output.set((y * out_w + x) * out_c + channel, value) };
            }
        }
    }
}

/// The bias and all products of one element of the result.
///
/// A function of its own: unrolled over the taps in the loop over the channels, it keeps what it knows of every tap, several
/// hundred bytes, on the stack.
///
/// # Safety
/// Operand and constants have the lengths of the shape, and this is a position of the result.
#[inline(never)]
unsafe fn sum<S: Shape>(input: Src<f32>, params: &'static Params, [y, x, channel]: [usize; 3]) -> f32 {
    let [in_h, in_w, in_c] = S::INPUT;
    let [k_h, k_w] = S::KERNEL;
    let (group_in, group_out) = (in_c / S::GROUPS, S::OUTPUT[2] / S::GROUPS);
    let first = channel / group_out * group_in;
    // SAFETY: one bias and one block of weights per output channel.
    let (mut acc, mut weight) = unsafe {
        (Src::from(params.bias).get(channel), Src::from(params.weights).skip(channel * k_h * k_w * group_in))
    };
    for ky in 0..k_h {
        // Positions left of or above the image wrap to huge numbers, which the comparison below catches.
        let iy = (y * S::STRIDE[0] + ky * S::DILATION[0]).wrapping_sub(S::PADDING[0]);
        for kx in 0..k_w {
            let ix = (x * S::STRIDE[1] + kx * S::DILATION[1]).wrapping_sub(S::PADDING[1]);
            if iy < in_h && ix < in_w {
                // SAFETY: (iy, ix) is in the image, `first + group_in <= in_c`, and `weight` moves through exactly the
                // channel's weights.
                unsafe {
                    let pixel = input.skip((iy * in_w + ix) * in_c + first);
                    for c in 0..group_in {
                        acc += pixel.get(c) * weight.get(c);
                    }
                }
            }
            // SAFETY: `weight` moves through exactly the channel's weights.
            weight = unsafe { weight.skip(group_in) };
        }
    }
    acc
}
