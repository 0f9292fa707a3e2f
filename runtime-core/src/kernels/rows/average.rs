//! Averages over whole images from sums. Arithmetic: docs/arithmetic.md, AVERAGE_POOL_2D.

use tinyml_arith::{Clamp, Multiplier, average_pool, onnx};

use crate::arena::{Dst, Src, bytes, check_disjoint};
use crate::memory::{Memory, check_buffer};

/// How many there are, and which form.
pub trait Shape {
    /// Sums, and averages.
    const CHANNELS: usize;
    /// Positions of the image.
    const COUNT: usize;
    /// Whether the result has a quantisation of its own.
    const RESCALE: bool = false;
}

/// Constants of a layer.
pub struct Params {
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
    /// With `RESCALE`: what stands for 0.0 in the operand, times the number of positions.
    pub offset: i32,
    /// With `RESCALE`: what stands for 0.0 in the result.
    pub output_zero_point: i32,
    /// With `RESCALE`: the operand's scale in units of the result's, over the number of positions.
    pub multiplier: Multiplier,
}

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the sums, i32.
    const SUMS: usize;
    /// Byte offset of the result.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let channels = L::Shape::CHANNELS;
    check_buffer::<i32>(L::SUMS, channels, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, channels, M::REGIONS);
    check_disjoint(L::SUMS, bytes::<i32>(channels), L::OUTPUT, channels);
    assert!(average_pool::sums_fit(L::Shape::COUNT), "sums of so many elements do not fit");
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (sums, output) = memory.cursor().io(L::SUMS, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { averages::<L::Shape>(sums, output, const { &L::PARAMS }) }
}

/// # Safety
/// Sums and result have the lengths of the shape and do not overlap.
#[inline(never)]
unsafe fn averages<S: Shape>(sums: Src<i32>, output: Dst<i8>, params: &'static Params) {
    let &Params { clamp, offset, output_zero_point, multiplier } = params;
    for channel in 0..S::CHANNELS {
        // SAFETY: the caller's.
        unsafe {
            let sum = sums.get(channel);
            let average = match S::RESCALE {
                true => onnx::Average { multiplier, offset, output_zero_point, clamp }.eval(sum),
                false => average_pool::average(sum, S::COUNT as i32, clamp),
            };
            output.set(channel, average as i8);
        }
    }
}
