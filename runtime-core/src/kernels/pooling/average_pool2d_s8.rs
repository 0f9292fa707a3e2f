//! Average pooling of int8 activations. Arithmetic: docs/arithmetic.md, AVERAGE_POOL_2D.
//!
//! Two forms: the mean of raw values, for a result in the operand's quantisation (TFLM); and, with `RESCALE`, a mean that is
//! rescaled with one rounding, half to even (ONNX).

use tinyml_arith::{Clamp, Multiplier, average_pool, onnx};

pub use super::pool2d::Shape;
use super::pool2d::{check, gaps, pool, taps, window};
use super::pool2d_words::{self, BY_WORDS, Fold};
use crate::arch::dsp::{sxtab16, sxtab16_ror8};
use crate::arena::{Dst, Src, check_overlap};
use crate::kernels::convolution::conv2d::elements;
use crate::memory::{Memory, check_buffer};

/// Constants of a layer.
pub struct Params {
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
    /// With `RESCALE`: what stands for 0.0 in the operand.
    pub input_zero_point: i32,
    /// With `RESCALE`: what stands for 0.0 in the result.
    pub output_zero_point: i32,
    /// With `RESCALE`: fraction of the operand's scale in units of the result's, over the number of elements. One, if all
    /// windows count equally many, else one for each number from 1 on.
    pub multipliers: &'static [i32],
    /// With `RESCALE`: power of two, for each multiplier.
    pub shifts: &'static [i8],
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

/// Whether all windows count equally many elements.
const fn counts_equal<S: Shape>() -> bool {
    S::COUNT_PADDING || !window::<S>().has_border()
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_overlap(gaps::<L::Shape>(1), (L::INPUT, input), (L::OUTPUT, output), L::BACKWARD);
    assert!(
        L::Shape::RESCALE || !L::Shape::COUNT_PADDING,
        "padding is counted in the form that rescales only"
    );
    let multipliers = match (L::Shape::RESCALE, counts_equal::<L::Shape>()) {
        (false, _) => 0,
        (true, true) => 1,
        (true, false) => taps::<L::Shape>(),
    };
    assert!(L::PARAMS.multipliers.len() == multipliers, "the number of multipliers does not fit the shape");
    assert!(L::PARAMS.shifts.len() == multipliers, "there is not one shift per multiplier");
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
/// Operand, result and constants have the lengths of the shape; the result overlaps the operand no further than its order of work allows.
#[inline(never)]
unsafe fn average<S: Shape, const BACKWARD: bool>(input: Src<i8>, output: Dst<i8>, params: &'static Params) {
    let add = |sum: i32, x: i8| sum.wrapping_add(x.into());
    let raw = |sum: i32, taps: usize| average_pool::average(sum, taps as i32, params.clamp) as i8;
    let (multipliers, shifts) = (Src::from(params.multipliers), Src::from(params.shifts));
    let rescaled = |sum: i32, taps: usize| {
        // A window without taps (which the compiler refuses) would have no multiplier of its own.
        let count = if const { counts_equal::<S>() } { 0 } else { taps.saturating_sub(1) };
        // SAFETY: `check_layer`; a window has at most `KERNEL[0] * KERNEL[1]` taps.
        let (multiplier, shift) = unsafe { (multipliers.get(count), shifts.get(count)) };
        let average = onnx::Average {
            multiplier: Multiplier { multiplier, shift: shift.into() },
            // Taps in the padding stand for 0.0: they add neither to the sum nor to its offset.
            offset: params.input_zero_point.wrapping_mul(taps as i32),
            output_zero_point: params.output_zero_point,
            clamp: params.clamp,
        };
        average.eval(sum) as i8
    };
    // SAFETY: the caller's.
    unsafe {
        if const { BY_WORDS && taps::<S>() <= MOST_TAPS } {
            if S::RESCALE {
                pool2d_words::pool::<S, Sum, BACKWARD>(input, output, rescaled);
            } else {
                pool2d_words::pool::<S, Sum, BACKWARD>(input, output, raw);
            }
        } else if S::RESCALE {
            pool::<S, _, _, BACKWARD>(input, output, 0, add, rescaled);
        } else {
            pool::<S, _, _, BACKWARD>(input, output, 0, add, raw);
        }
    }
}

/// Taps of which sums of int8 fit into 16 bits.
const MOST_TAPS: usize = 256;

/// Sums, two channels in the halves of a word.
struct Sum;

impl Fold for Sum {
    type Four = [u32; 2];
    const FOUR: [u32; 2] = [0; 2];
    const ONE: i32 = 0;

    #[inline(always)]
    fn four([even, odd]: [u32; 2], word: u32) -> [u32; 2] {
        [sxtab16(even, word), sxtab16_ror8(odd, word)]
    }

    #[inline(always)]
    fn lanes([even, odd]: [u32; 2]) -> [i32; 4] {
        let (low, high) = (|word: u32| i32::from(word as i16), |word: u32| word as i32 >> 16);
        [low(even), low(odd), high(even), high(odd)]
    }

    #[inline(always)]
    fn one(sum: i32, x: i8) -> i32 {
        sum.wrapping_add(x.into())
    }
}

#[cfg(test)]
mod test;
