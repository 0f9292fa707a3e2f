//! Convolution in floating point: `y = clamp(bias + Σ w * x)`. Taps outside the image contribute nothing.

pub use super::conv2d::Shape;
use super::conv2d::{check, elements, weights};
use crate::arena::{Arena, Dst, Src, check_buffer, check_disjoint};

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
    /// Byte offset of the result; must not overlap the operand.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, const N: usize>() {
    check::<L::Shape>();
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    check_buffer::<f32>(L::INPUT, input, N);
    check_buffer::<f32>(L::OUTPUT, output, N);
    check_disjoint(L::INPUT, 4 * input, L::OUTPUT, 4 * output);
    assert!(L::PARAMS.weights.len() == weights::<L::Shape>(), "the weights do not have the shape's length");
    assert!(L::PARAMS.bias.len() == L::Shape::OUTPUT[2], "there is not one bias per output channel");
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
unsafe fn convolve<S: Shape>(input: Src<f32>, output: Dst<f32>, params: &'static Params) {
    let [in_h, in_w, in_c] = S::INPUT;
    let [out_h, out_w, out_c] = S::OUTPUT;
    let [k_h, k_w] = S::KERNEL;
    let (group_in, group_out) = (in_c / S::GROUPS, out_c / S::GROUPS);
    let bias = Src::from(params.bias);
    for y in 0..out_h {
        for x in 0..out_w {
            let mut weight = Src::from(params.weights);
            for channel in 0..out_c {
                let first = channel / group_out * group_in;
                // SAFETY: one bias per output channel.
                let mut acc = unsafe { bias.get(channel) };
                for ky in 0..k_h {
                    // Positions left of or above the image wrap to huge numbers, which the comparison below catches.
                    let iy = (y * S::STRIDE[0] + ky * S::DILATION[0]).wrapping_sub(S::PADDING[0]);
                    for kx in 0..k_w {
                        let ix = (x * S::STRIDE[1] + kx * S::DILATION[1]).wrapping_sub(S::PADDING[1]);
                        if iy < in_h && ix < in_w {
                            // SAFETY: (iy, ix) is in the image, `first + group_in <= in_c`, and `weight` moves through
                            // exactly all weights.
                            unsafe {
                                let pixel = input.skip((iy * in_w + ix) * in_c + first);
                                for c in 0..group_in {
                                    acc += pixel.get(c) * weight.get(c);
                                }
                            }
                        }
                        // SAFETY: `weight` moves through exactly all weights.
                        weight = unsafe { weight.skip(group_in) };
                    }
                }
                // `max` and `min` rather than `clamp`, which panics if the range is empty.
                let value = acc.max(params.min).min(params.max);
                // SAFETY: the channel is below `out_c`, (y, x) is an output position.
                unsafe { output.set((y * out_w + x) * out_c + channel, value) };
            }
        }
    }
}
