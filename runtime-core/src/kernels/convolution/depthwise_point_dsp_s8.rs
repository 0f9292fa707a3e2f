//! Depthwise convolution of int8 activations with int8 weights that has one output position, by the DSP instructions: what a network
//! over time does with a window as long as what it remembers.
//!
//! The semantics is that of `depthwise_s8` for one result per channel, with taps at equal distances that are all in the image, and for
//! constants that the compiler has put into the form of `tinyml_arith::high_mul`.
//!
//! Nothing is prepared: four channels of two taps are a word each; two instructions join the halves of the words, four widen them, and
//! four multiply two taps of a channel each. The weights lie as these take them. The numbers of the shape are values, so that layers of all
//! shapes share the code.

use tinyml_arith::size::{difference, product, sum};
use tinyml_arith::{Clamp, HighMul};

use crate::arch::dsp::ssat8;
#[cfg(not(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
)))]
use crate::arch::dsp::{pkhbt_lsl16, pkhtb_asr16, smlabb, smlad, smlatt, sxtb16, sxtb16_ror8};
use crate::arch::requantise::scale;
use crate::arch::rolled;
use crate::arena::{Dst, Src, check_disjoint};
use crate::memory::{Memory, check_buffer};

/// Channels that are computed at a time.
const BLOCK: usize = 4;

/// Geometry and form of a layer.
pub trait Shape {
    /// Channels of operand and result; at least four.
    const CHANNELS: usize;
    /// Taps of the window; those outside the image are left out, and what they add is in the biases.
    const TAPS: usize;
    /// Elements from a tap's channels to those of the next one.
    const STEP: usize;
    /// Elements of the operand before the first tap's channels.
    const FIRST: usize = 0;
    /// Form of the requantisation.
    const FORM: HighMul = HighMul::Floor;
    /// Whether each channel has a shift; else none is shifted.
    const SHIFTED: bool = false;
    /// Whether results are clamped to less than the range of int8.
    const CLAMPED: bool = false;
}

/// Constants of a layer. Channels are in blocks of four, the last of which begins early enough to end with the last channel.
pub struct Params {
    /// Of each block, first channel in the lowest byte: for each two taps the words of channels 0, 1 of the first and 0, 1 of the second,
    /// and the same of channels 2, 3; for a tap that is left the word of channels 0 to 3.
    pub weights: &'static [u32],
    /// Of each block: four biases, with `-input_zero_point * Σ w` and the form's addition folded in; four factors and four offsets of the
    /// requantisation; four shifts if `Shape::SHIFTED`.
    pub constants: &'static [i32],
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
}

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may be that of the operand if `Shape::FIRST` is a multiple of the channels, and the distance of taps is.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

/// The numbers of a shape.
struct Geometry {
    channels: usize,
    taps: usize,
    step: usize,
    first: usize,
}

const fn geometry<S: Shape>() -> Geometry {
    Geometry { channels: S::CHANNELS, taps: S::TAPS, step: S::STEP, first: S::FIRST }
}

/// Words of a block in the table of constants.
const fn words(shifted: bool) -> usize {
    product([if shifted { 4 } else { 3 }, BLOCK])
}

/// Elements of the operand up to the last that is read.
pub(crate) const fn reach<S: Shape>() -> usize {
    assert!(S::TAPS > 0, "the window has no taps");
    sum([S::FIRST, product([difference(S::TAPS, 1), S::STEP]), S::CHANNELS])
}

/// Whether the result may begin where the operand does: a channel's results then overwrite that channel alone.
pub(crate) const fn in_place<S: Shape>() -> bool {
    S::FIRST.is_multiple_of(S::CHANNELS) && S::STEP.is_multiple_of(S::CHANNELS)
}

const fn check_layer<L: Layer, M: Memory>() {
    let channels = L::Shape::CHANNELS;
    assert!(channels >= BLOCK, "the image has fewer channels than a block");
    check_buffer::<i8>(L::INPUT, reach::<L::Shape>(), M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, channels, M::REGIONS);
    if !(in_place::<L::Shape>() && L::INPUT == L::OUTPUT) {
        check_disjoint(L::INPUT, reach::<L::Shape>(), L::OUTPUT, channels);
    }
    let blocks = channels.div_ceil(BLOCK);
    assert!(
        L::PARAMS.weights.len() == product([blocks, L::Shape::TAPS]),
        "the weights do not have the shape's length"
    );
    assert!(
        L::PARAMS.constants.len() == product([blocks, words(L::Shape::SHIFTED)]),
        "the constants do not have the shape's length"
    );
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT));
    let (geometry, params) = const { (&geometry::<L::Shape>(), &L::PARAMS) };
    let is_floor = matches!(L::Shape::FORM, HighMul::Floor);
    // SAFETY: `check_layer` holds, and the forms are the shape's.
    unsafe {
        match (is_floor, L::Shape::SHIFTED, L::Shape::CLAMPED) {
            (true, false, false) => convolve::<true, false, false>(input, output, geometry, params),
            (true, false, true) => convolve::<true, false, true>(input, output, geometry, params),
            (true, true, false) => convolve::<true, true, false>(input, output, geometry, params),
            (true, true, true) => convolve::<true, true, true>(input, output, geometry, params),
            (false, false, false) => convolve::<false, false, false>(input, output, geometry, params),
            (false, false, true) => convolve::<false, false, true>(input, output, geometry, params),
            (false, true, false) => convolve::<false, true, false>(input, output, geometry, params),
            (false, true, true) => convolve::<false, true, true>(input, output, geometry, params),
        }
    }
}

/// # Safety
/// Operand, result and constants have the lengths of the geometry; the result overlaps the operand no more than `check_layer` allows.
#[inline(never)]
unsafe fn convolve<const FLOOR: bool, const SHIFTED: bool, const CLAMPED: bool>(
    input: Src<i8>,
    output: Dst<i8>,
    geometry: &'static Geometry,
    params: &'static Params,
) {
    let (mut weights, mut constants) = (Src::from(params.weights), Src::from(params.constants));
    let &Geometry { channels, taps, step, first } = geometry;
    let mut done = 0;
    // SAFETY: blocks end within the channels; of each there are as many weights and constants.
    unsafe {
        let input = input.skip(first);
        while done < channels {
            rolled();
            let base = if done + BLOCK <= channels { done } else { channels - BLOCK };
            let start = [constants.get(0), constants.get(1), constants.get(2), constants.get(3)];
            let sums = sum_up(input.skip(base), weights, [step, taps], start);
            weights = weights.skip(taps);
            let form = if FLOOR { HighMul::Floor } else { HighMul::Double };
            let [a, b, c, d] = requantise::<SHIFTED>(form, sums, constants).map(|result| match CLAMPED {
                true => params.clamp.apply(result),
                false => ssat8(result),
            } as i8);
            constants = constants.skip(const { words(SHIFTED) });
            // The first results of the last block may be there already, and its operands gone.
            let (output, are_done) = (output.skip(base), done - base);
            if are_done == 0 {
                output.set(0, a);
            }
            if are_done <= 1 {
                output.set(1, b);
            }
            if are_done <= 2 {
                output.set(2, c);
            }
            output.set(3, d);
            done = base + BLOCK;
        }
    }
}

/// The sums of four channels: `input` is where the first of them has its first tap.
///
/// # Safety
/// The operand has all taps, a step apart, and there are their weights.
#[inline(always)]
unsafe fn sum_up(
    input: Src<i8>,
    weights: Src<u32>,
    [step, taps]: [usize; 2],
    start: [i32; BLOCK],
) -> [i32; BLOCK] {
    #[cfg(all(
        target_arch = "arm",
        any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
    ))]
    // SAFETY: the caller's.
    return unsafe { native::sum_up(input, weights, [step, taps], start) };
    #[cfg(not(all(
        target_arch = "arm",
        any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
    )))]
    {
        let [mut a, mut b, mut c, mut d] = start;
        for pair in 0..taps / 2 {
            // SAFETY: two taps, and their weights.
            let (first, second, low_weights, high_weights) = unsafe {
                let place = 2 * pair * step;
                let weights = weights.skip(2 * pair);
                (input.word(place), input.word(place + step), weights.get(0), weights.get(1))
            };
            let (low, high) = (pkhbt_lsl16(first, second), pkhtb_asr16(second, first));
            a = smlad(sxtb16(low), sxtb16(low_weights), a);
            b = smlad(sxtb16_ror8(low), sxtb16_ror8(low_weights), b);
            c = smlad(sxtb16(high), sxtb16(high_weights), c);
            d = smlad(sxtb16_ror8(high), sxtb16_ror8(high_weights), d);
        }
        if !taps.is_multiple_of(2) {
            // SAFETY: the last tap, and its weights.
            let (operands, weights) = unsafe { (input.word((taps - 1) * step), weights.get(taps - 1)) };
            let (x, w) = (sxtb16(operands), sxtb16(weights));
            (a, c) = (smlabb(x, w, a), smlatt(x, w, c));
            let (x, w) = (sxtb16_ror8(operands), sxtb16_ror8(weights));
            (b, d) = (smlabb(x, w, b), smlatt(x, w, d));
        }
        [a, b, c, d]
    }
}

/// The results of four channels before saturation.
///
/// # Safety
/// `constants` are those of the block.
#[inline(always)]
unsafe fn requantise<const SHIFTED: bool>(
    form: HighMul,
    sums: [i32; BLOCK],
    constants: Src<i32>,
) -> [i32; BLOCK] {
    let mut results = sums;
    for (channel, result) in results.iter_mut().enumerate() {
        // SAFETY: the caller's.
        unsafe {
            let (factor, offset) = (constants.get(BLOCK + channel), constants.get(2 * BLOCK + channel));
            let shift = if SHIFTED { constants.get(3 * BLOCK + channel) as u32 } else { 0 };
            *result = scale(form, *result, factor, offset, shift);
        }
    }
    results
}

#[cfg(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
))]
mod native;
#[cfg(test)]
mod test;
