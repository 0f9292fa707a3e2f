//! Depthwise convolution of int8 activations with int8 weights and a 3×3 kernel, by the DSP instructions, one row of the result after
//! the other: the fastest for a band of few rows.
//!
//! The semantics is that of `depthwise_s8` for one result per channel and for constants that the compiler has put into the form of
//! `tinyml_arith::high_mul`. How the rows are widened: `tinyml_arith::three_by_three`.
//!
//! Beside `depthwise_dsp_s8`, which widens a column of many rows once and walks along it, little has to be prepared for a row: a channel's
//! weights are in the order in which two instructions widen four of them, its other constants stand side by side, and all
//! results of a short row are summed up at the same time, so that each widened word is loaded once.

use core::ops::Range;

use tinyml_arith::size::product;
use tinyml_arith::three_by_three::{BLOCK, ThreeByThree};
use tinyml_arith::{Clamp, HighMul};

use super::conv2d::elements;
use crate::arch::dsp::{pkhbt_lsl16, pkhtb_asr16, smlabt, smlad, smlatb, ssat8, sxtb16, sxtb16_ror8};
use crate::arch::requantise::scale;
use crate::arch::{opaque, rolled};
use crate::arena::{Dst, Src, check_disjoint, check_overlap};
use crate::kernels::part::within;
use crate::memory::{Memory, check_buffer};

/// Geometry and form of a layer.
pub trait Shape {
    /// Height, width and channels of the operand; at least a block of channels.
    const INPUT: [usize; 3];
    /// Height, width and channels of the result.
    const OUTPUT: [usize; 3];
    /// Height and width of the kernel: 3 and 3.
    const KERNEL: [usize; 2];
    /// Steps between output positions, in rows and columns of the operand; 1 or 2 columns.
    const STRIDE: [usize; 2] = [1, 1];
    /// Steps between kernel taps, in rows and columns of the operand; 1 column.
    const DILATION: [usize; 2] = [1, 1];
    /// Rows above and columns to the left of the image that count as zero.
    const PADDING: [usize; 2] = [0, 0];
    /// Number of channels.
    const GROUPS: usize;
    /// Form of the requantisation.
    const FORM: HighMul = HighMul::Floor;
    /// Shift of the requantisation, for all channels; beyond 31, each channel has its own in `Params`.
    const SHIFT: usize = 0;
    /// Whether results are clamped to less than the range of int8.
    const CLAMPED: bool = false;
}

/// Constants of a layer.
pub struct Params {
    /// Of each channel, nine in the order of `tinyml_arith::three_by_three::PACKED`.
    pub weights: &'static [i8],
    /// Of each channel: the bias, with `-input_zero_point * Σ w` and the form's addition folded in, then factor and offset of the
    /// requantisation, then its shift if `Shape::SHIFT` is not for all.
    pub constants: &'static [i32],
    /// What stands for 0.0 in the operand.
    pub input_zero_point: i32,
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
}

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may lie over the operand as far as the order of work allows it (see `tinyml_arith::overlap`).
    const OUTPUT: usize;
    /// Byte offset of `ThreeByThree::scratch_bytes` of working memory.
    const SCRATCH: usize;
    /// Constants.
    const PARAMS: Params;
}

pub(crate) const fn geometry<S: Shape>() -> ThreeByThree {
    ThreeByThree {
        input: S::INPUT,
        output: S::OUTPUT,
        stride: S::STRIDE,
        dilation: S::DILATION,
        padding: S::PADDING,
    }
}

/// Whether each channel has a shift of its own.
const fn own_shifts<S: Shape>() -> bool {
    S::SHIFT > 31
}

/// Constants of a channel.
pub(crate) const fn words<S: Shape>() -> usize {
    if own_shifts::<S>() { 4 } else { 3 }
}

/// Weights of a channel.
const TAPS: usize = 9;

const fn check_layer<L: Layer, M: Memory>() {
    let geometry = const { geometry::<L::Shape>() };
    geometry.check();
    let channels = L::Shape::OUTPUT[2];
    assert!(L::Shape::KERNEL[0] == 3 && L::Shape::KERNEL[1] == 3, "the kernel is not 3 by 3");
    assert!(L::Shape::GROUPS == channels, "the convolution is not depthwise");
    assert!(geometry.is_possible(), "the kernel cannot carry this shape out");
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    let scratch = geometry.scratch_bytes();
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_buffer::<u32>(L::SCRATCH, scratch / 4, M::REGIONS);
    check_overlap(geometry.gaps(), (L::INPUT, input), (L::OUTPUT, output), false);
    check_disjoint(L::INPUT, input, L::SCRATCH, scratch);
    check_disjoint(L::OUTPUT, output, L::SCRATCH, scratch);
    assert!(
        L::PARAMS.weights.len() == product([channels, TAPS]),
        "the weights do not have the shape's length"
    );
    assert!(
        L::PARAMS.constants.len() == product([channels, words::<L::Shape>()]),
        "the constants do not have the shape's length"
    );
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scratch) =
        (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst::<u32>(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe { convolve::<L::Shape>(input, output, scratch, const { &L::PARAMS }) }
}

/// Carries out some of the layer's rows, in the order in which [`run`] takes them: all of them are what `run` does.
#[inline(always)]
pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scratch) =
        (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst::<u32>(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe { convolve_part::<L::Shape>(input, output, scratch, const { &L::PARAMS }, from..to) }
}

/// # Safety
/// Operand, result, scratch memory and constants have the lengths of the shape; the result overlaps the operand no more than
/// `check_layer` allows, and neither overlaps the scratch memory.
#[inline(never)]
unsafe fn convolve<S: Shape>(input: Src<i8>, output: Dst<i8>, scratch: Dst<u32>, params: &'static Params) {
    // SAFETY: the caller's.
    unsafe { some_rows::<S>(input, output, scratch, params, 0..S::OUTPUT[0]) }
}

/// Some of its rows.
///
/// # Safety
/// As for [`convolve`].
#[inline(never)]
unsafe fn convolve_part<S: Shape>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    steps: Range<usize>,
) {
    // SAFETY: the caller's.
    unsafe { some_rows::<S>(input, output, scratch, params, within(steps, S::OUTPUT[0])) }
}

/// # Safety
/// As for [`convolve`]; there are the rows.
#[inline(always)]
unsafe fn some_rows<S: Shape>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    steps: Range<usize>,
) {
    let [_, width, channels] = S::OUTPUT;
    let plane = const { geometry::<S>().plane() };
    let (weights, constants) = (Src::from(params.weights), Src::from(params.constants));
    // SAFETY: rows and channels below are those of the shape; scratch memory has a plane for each channel of a block.
    unsafe {
        pad::<S>(scratch, params.input_zero_point);
        for row in steps {
            rolled();
            let output = output.skip(row * width * channels);
            let mut done = 0;
            while done < channels {
                rolled();
                // The last block begins early enough to lie in the image; its first channels are done.
                let base = if done + BLOCK <= channels { done } else { channels - BLOCK };
                widen::<S>(input, row, base, scratch);
                let channels = Channels {
                    planes: scratch.skip((done - base) * plane).as_src(),
                    weights: weights.skip(done * TAPS),
                    constants: constants.skip(done * const { words::<S>() }),
                    out: output.skip(done),
                    count: base + BLOCK - done,
                };
                channels.rows::<S>(params.clamp);
                done = base + BLOCK;
            }
        }
    }
}

/// Neighbouring channels of a row.
struct Channels {
    /// Their planes.
    planes: Src<u32>,
    /// Their weights and constants, as `Params` has them.
    weights: Src<i8>,
    constants: Src<i32>,
    /// The row of the result from the first of them on.
    out: Dst<i8>,
    /// How many there are; not 0.
    count: usize,
}

impl Channels {
    /// The results of the row.
    ///
    /// # Safety
    /// The places are those of the shape's row and channels.
    #[inline(always)]
    unsafe fn rows<S: Shape>(self, clamp: Clamp) {
        #[cfg(all(
            target_arch = "arm",
            any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
        ))]
        if const { native::fits::<S>() } {
            // SAFETY: the caller's; the shape is one that fits.
            unsafe { native::rows::<S>(self) };
            return;
        }
        for channel in 0..self.count {
            rolled();
            // SAFETY: the caller's.
            unsafe {
                one_row::<S>(
                    self.planes.skip(channel * const { geometry::<S>().plane() }),
                    self.weights.skip(channel * TAPS),
                    self.constants.skip(channel * const { words::<S>() }),
                    self.out.skip(channel),
                    clamp,
                );
            }
        }
    }
}

/// Writes the columns that are not in the image into all planes, and the word of padding behind them.
///
/// # Safety
/// `scratch` has `scratch_bytes`.
#[inline(always)]
unsafe fn pad<S: Shape>(scratch: Dst<u32>, zero_point: i32) {
    let plane = const { geometry::<S>().plane() };
    let (left, end, positions) = const {
        let positions = positions::<S>();
        let left = if S::PADDING[1] < positions { S::PADDING[1] } else { positions };
        (left, left + geometry::<S>().image_positions(), positions)
    };
    let half = zero_point as u16;
    let both = u32::from(half) | u32::from(half) << 16;
    // SAFETY: all of it lies in the planes, the word behind them.
    unsafe {
        for channel in 0..opaque(BLOCK) {
            rolled();
            let plane = scratch.skip(channel * plane);
            let pad = |position: usize| set(plane, position / 2, position % 2 == 1, both, half);
            (0..left).for_each(pad);
            (end..positions).for_each(pad);
        }
        scratch.set(BLOCK * plane, (u32::from(half) & 0xff) * 0x0101_0101);
    }
}

const fn positions<S: Shape>() -> usize {
    geometry::<S>().positions()
}

/// Writes the first or the second column of a pair of a plane: the upper two rows, and the third.
///
/// # Safety
/// It is one of the plane's.
#[inline(always)]
unsafe fn set(plane: Dst<u32>, pair: usize, is_odd: bool, upper: u32, third: u16) {
    // SAFETY: the caller's; the third word of a pair of columns is two halves.
    unsafe {
        plane.set(3 * pair + usize::from(is_odd), upper);
        plane.cast::<u16>().set(6 * pair + 4 + usize::from(is_odd), third);
    }
}

/// Widens the columns of the image under a row of the result, for a block of channels from `base` on.
///
/// # Safety
/// `row` is one of the result's, and the operand has the channels.
#[inline(always)]
unsafe fn widen<S: Shape>(input: Src<i8>, row: usize, base: usize, scratch: Dst<u32>) {
    let (plane, count) = const { (geometry::<S>().plane(), geometry::<S>().image_positions()) };
    let [height, width, channels] = S::INPUT;
    let first = row * S::STRIDE[0];
    // SAFETY: a row outside the image is the word of padding, again and again; others are in it, with `count` columns.
    unsafe {
        let source = |tap: usize| {
            let y = (first + tap * S::DILATION[0]).wrapping_sub(S::PADDING[0]);
            match const { !geometry::<S>().leaves_rows() } || y < height {
                true => (input.skip(y * width * channels + base), channels),
                false => (scratch.skip(BLOCK * plane).as_src().bytes(), 0),
            }
        };
        let sources = Sources { rows: [0, 1, 2].map(source), scratch };
        // Two columns make a pair, of which the first may lie in the padding.
        let (pairs, begins_odd) = const { (S::PADDING[1].div_ceil(2), S::PADDING[1] % 2) };
        if begins_odd == 1 && count > 0 {
            sources.widen::<S>(0, pairs - 1, true);
        }
        let rest = count.saturating_sub(begins_odd);
        for pair in 0..rest / 2 {
            if const { geometry::<S>().image_positions() > SHORT } {
                rolled();
            }
            sources.widen::<S>(begins_odd + 2 * pair, pairs + pair, false);
            sources.widen::<S>(begins_odd + 2 * pair + 1, pairs + pair, true);
        }
        if !rest.is_multiple_of(2) {
            sources.widen::<S>(count - 1, pairs + rest / 2, false);
        }
    }
}

/// The rows under a row of the result, each by its first pixel and the step to the next one, and where they are widened to.
struct Sources {
    rows: [(Src<i8>, usize); 3],
    scratch: Dst<u32>,
}

impl Sources {
    /// Widens a column of the image, the first or the second of a pair, into the planes.
    ///
    /// # Safety
    /// The rows have it, with the channels of a block, and the planes the pair.
    #[inline(always)]
    unsafe fn widen<S: Shape>(&self, column: usize, pair: usize, is_odd: bool) {
        // SAFETY: the caller's.
        unsafe {
            let [a, b, c] = self.rows.map(|(row, step)| row.word(column * step));
            let [a, b, c] = [a, b, c].map(|word| (sxtb16(word), sxtb16_ror8(word)));
            let words = [
                (pkhbt_lsl16(a.0, b.0), c.0),
                (pkhbt_lsl16(a.1, b.1), c.1),
                (pkhtb_asr16(b.0, a.0), c.0 >> 16),
                (pkhtb_asr16(b.1, a.1), c.1 >> 16),
            ];
            for (channel, (upper, third)) in words.into_iter().enumerate() {
                let plane = self.scratch.skip(channel * const { geometry::<S>().plane() });
                set(plane, pair, is_odd, upper, third as u16);
            }
        }
    }
}

/// Columns that are widened without a loop.
const SHORT: usize = 6;

/// The weights of a channel, two to a word.
#[derive(Clone, Copy)]
struct Weights {
    /// The upper two rows' of each column.
    upper: [u32; 3],
    /// The third row's of columns 0 and 1.
    first: u32,
    /// Of columns 1 and 2.
    last: u32,
}

/// A row of results of one channel.
///
/// # Safety
/// `plane` is the channel's, `weights` and `constants` are, `out` is the row's from the channel on.
#[inline(always)]
unsafe fn one_row<S: Shape>(
    plane: Src<u32>,
    weights: Src<i8>,
    constants: Src<i32>,
    out: Dst<i8>,
    clamp: Clamp,
) {
    // SAFETY: nine weights; tiles are parts of the row.
    unsafe {
        let (a, b, c) = (weights.word(0), weights.word(4), weights.get(8));
        let first = sxtb16_ror8(b);
        let weights = Weights {
            upper: [sxtb16(a), sxtb16_ror8(a), sxtb16(b)],
            first,
            last: pkhbt_lsl16(pkhtb_asr16(first, first), i32::from(c) as u32),
        };
        let row = Row::<S> { plane, weights, constants, out, clamp, shape: core::marker::PhantomData };
        let (tiles, rest) = const { geometry::<S>().tiles() };
        for tile in 0..tiles {
            rolled();
            row.tile::<4>(4 * tile);
        }
        match rest {
            1 => row.tile::<1>(4 * tiles),
            2 => row.tile::<2>(4 * tiles),
            3 => row.tile::<3>(4 * tiles),
            4 => row.tile::<4>(4 * tiles),
            5 => row.tile::<5>(4 * tiles),
            _ => {}
        }
    }
}

/// A row of one channel.
struct Row<S> {
    plane: Src<u32>,
    weights: Weights,
    constants: Src<i32>,
    out: Dst<i8>,
    clamp: Clamp,
    shape: core::marker::PhantomData<S>,
}

impl<S: Shape> Row<S> {
    /// `N` results from an even position on.
    ///
    /// # Safety
    /// They are in the row.
    #[inline(always)]
    unsafe fn tile<const N: usize>(&self, from: usize) {
        let stride = S::STRIDE[1];
        let Weights { upper, first, last } = self.weights;
        // SAFETY: the columns under the results are in the plane; there are three or four constants.
        unsafe {
            // The first column is an even one.
            let source = self.plane.skip(from * stride / 2 * 3);
            let mut sums = [self.constants.get(0); N];
            for position in 0..(N - 1) * stride + 3 {
                let word = source.get(position / 2 * 3 + position % 2);
                for (tap, weights) in upper.into_iter().enumerate() {
                    if position >= tap
                        && (position - tap).is_multiple_of(stride)
                        && (position - tap) / stride < N
                    {
                        let sum = &mut sums[(position - tap) / stride];
                        *sum = smlad(word, weights, *sum);
                    }
                }
            }
            for (i, sum) in sums.iter_mut().enumerate() {
                let pair = i * stride / 2;
                let (low, high) = (source.get(3 * pair + 2), source.get(3 * pair + 5));
                // The result's first column is the lower or the upper of a word.
                *sum = match (i * stride).is_multiple_of(2) {
                    true => smlabt(high, last, smlad(low, first, *sum)),
                    false => smlad(high, last, smlatb(low, first, *sum)),
                };
            }
            let (multiplier, offset) = (self.constants.get(1), self.constants.get(2));
            let shift = if own_shifts::<S>() { self.constants.get(3) as u32 } else { S::SHIFT as u32 };
            for (i, sum) in sums.into_iter().enumerate() {
                let result = scale(S::FORM, sum, multiplier, offset, shift);
                let result = if S::CLAMPED { self.clamp.apply(result) as i8 } else { ssat8(result) as i8 };
                self.out.set((from + i) * const { S::OUTPUT[2] }, result);
            }
        }
    }
}

#[cfg(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
))]
mod native;
#[cfg(test)]
mod test;
