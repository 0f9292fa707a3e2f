//! Convolution of int8 activations with int8 weights, for cores without DSP instructions: two products by one multiplication.
//!
//! Four output positions at a time: their windows become columns of words (`arch::pairs`), with the zero point for what lies
//! outside the image; then each channel's weights go over the columns. All that a block reads is read before any of its results is
//! written. Weights: `[C_out][taps]`, taps as in `conv2d_s8` and filled up with zeros to a multiple of four; no two in the places
//! `2 n` and `2 n + 1` are both -128. Scratch: `scratch`. No groups.

use core::ops::Range;

use tinyml_arith::overlap::{self, Blocks, Gaps};
use tinyml_arith::size::{product, round_up, sum};

pub use super::conv2d::Shape;
use super::conv2d::{self, check, elements, window};
use super::tiles::{Position, for_each, for_some};
use crate::arch::pairs::{BIAS_STRIDE, COLUMNS, Dots, STEP, dot, place, word, words};
use crate::arch::rescale::{self, rescale};
use crate::arena::{Dst, Src, bytes, check_disjoint, check_overlap};
use crate::kernels::scaling::{Form, WORDS, check_params};
pub use crate::kernels::scaling::{Params, Scaling};
use crate::memory::{Cursor, Memory, check_buffer};

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may lie over the operand as far as the order of work allows it (see `tinyml_arith::overlap`).
    const OUTPUT: usize;
    /// Byte offset of the working memory.
    const SCRATCH: usize;
    /// Whether the last positions come first.
    const BACKWARD: bool = false;
    /// Constants.
    const PARAMS: Params;
}

/// A layer's results, four positions at a time.
struct Results<S>(core::marker::PhantomData<S>);

impl<S: Shape> rescale::Spec for Results<S> {
    const FORM: Form = Form::of_conv2d::<S>();
    const POSITIONS: usize = COLUMNS;
    const PITCH: usize = S::OUTPUT[2];
}

/// Channels whose sums are kept before they are requantised.
const GROUP: usize = 16;

/// Operands of an output position.
const fn taps<S: Shape>() -> usize {
    product([S::KERNEL[0], S::KERNEL[1], S::INPUT[2]])
}

/// The group of channels.
const fn group<S: Shape>() -> usize {
    if S::OUTPUT[2] < GROUP { S::OUTPUT[2] } else { GROUP }
}

/// Words of working memory: the columns and the sums of a group of channels.
const fn scratch_words<S: Shape>() -> usize {
    sum([words(taps::<S>()), product([group::<S>(), COLUMNS])])
}

/// Bytes of working memory: those words, and, if windows leave the image, a pixel of zero points.
pub(crate) const fn scratch<S: Shape>() -> usize {
    let pixel = if window::<S>().has_border() { S::INPUT[2] } else { 0 };
    sum([bytes::<u32>(scratch_words::<S>()), pixel])
}

/// How far the result may lie over the operand.
pub(crate) const fn gaps<S: Shape>() -> Gaps {
    conv2d::gaps::<S>(1, Blocks { positions: COLUMNS, across_rows: true, results: overlap::Results::Held })
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    assert!(<L::Shape as Shape>::GROUPS == 1, "the convolution has groups");
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_buffer::<u32>(L::SCRATCH, scratch_words::<L::Shape>(), M::REGIONS);
    check_buffer::<i8>(L::SCRATCH, scratch::<L::Shape>(), M::REGIONS);
    check_overlap(gaps::<L::Shape>(), (L::INPUT, input), (L::OUTPUT, output), L::BACKWARD);
    check_disjoint(L::INPUT, input, L::SCRATCH, scratch::<L::Shape>());
    check_disjoint(L::OUTPUT, output, L::SCRATCH, scratch::<L::Shape>());
    let channels = L::Shape::OUTPUT[2];
    let weights = product([round_up(taps::<L::Shape>(), STEP), channels]);
    check_params(&L::PARAMS, weights, channels, Form::of_conv2d::<L::Shape>());
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let buffers = Buffers::of::<L>(memory.cursor());
    // SAFETY: `check_layer` holds.
    unsafe { convolve::<L::Shape>(&buffers, const { &L::PARAMS }, L::BACKWARD) }
}

/// Carries out some of the layer's blocks of four positions, in the order in which [`run`] takes them: all of them are what `run` does.
#[inline(always)]
pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
    const { check_layer::<L, M>() };
    let buffers = Buffers::of::<L>(memory.cursor());
    // SAFETY: `check_layer` holds.
    unsafe { convolve_part::<L::Shape>(&buffers, const { &L::PARAMS }, L::BACKWARD, from..to) }
}

struct Buffers {
    input: Src<i8>,
    output: Dst<i8>,
    columns: Dst<u32>,
    sums: Dst<i32>,
    /// A pixel of zero points, in place of one outside the image.
    outside: Dst<i8>,
}

impl Buffers {
    /// Those of a layer.
    #[inline(always)]
    fn of<L: Layer>(mut cursor: Cursor<'_>) -> Buffers {
        let columns = cursor.dst(L::SCRATCH);
        let sums = cursor.dst(const { L::SCRATCH + bytes::<u32>(words(taps::<L::Shape>())) });
        let outside = cursor.dst(const { L::SCRATCH + bytes::<u32>(scratch_words::<L::Shape>()) });
        Buffers { input: cursor.src(L::INPUT), output: cursor.dst(L::OUTPUT), columns, sums, outside }
    }
}

/// # Safety
/// Operand, result, scratch and constants have the lengths of the shape; the result overlaps the operand no further than [`gaps`], the
/// scratch none of them.
#[inline(never)]
unsafe fn convolve<S: Shape>(buffers: &Buffers, params: &'static Params, backward: bool) {
    // SAFETY: within the scratch.
    unsafe { prepare::<S>(buffers, params.input_zero_point) };
    for_each::<S>(COLUMNS, backward, |first, position, valid| {
        // SAFETY: the positions are the result's; the columns are filled before they are used.
        unsafe {
            fill::<S>(buffers, position);
            let output = buffers.output.skip(first * S::OUTPUT[2]);
            multiply::<S>(buffers, params, output, valid);
        }
    });
}

/// Some of its blocks.
///
/// # Safety
/// As for [`convolve`].
#[inline(never)]
unsafe fn convolve_part<S: Shape>(
    buffers: &Buffers,
    params: &'static Params,
    backward: bool,
    steps: Range<usize>,
) {
    // SAFETY: within the scratch.
    unsafe { prepare::<S>(buffers, params.input_zero_point) };
    for_some::<S>(COLUMNS, backward, steps, |first, position, valid| {
        // SAFETY: the positions are the result's; the columns are filled before they are used.
        unsafe {
            fill::<S>(buffers, position);
            let output = buffers.output.skip(first * S::OUTPUT[2]);
            multiply::<S>(buffers, params, output, valid);
        }
    });
}

/// What does not change from block to block: the taps behind the last one, whose weights are 0, and the pixel of zero points.
///
/// # Safety
/// The scratch has the shape's size.
#[inline(always)]
unsafe fn prepare<S: Shape>(buffers: &Buffers, zero_point: i32) {
    let taps = const { taps::<S>() };
    // SAFETY: the caller's.
    unsafe {
        for tap in taps..taps.next_multiple_of(STEP) {
            buffers.columns.set(place(tap, 0), 0);
            buffers.columns.set(place(tap, 1), 0);
        }
        if const { window::<S>().has_border() } {
            for channel in 0..S::INPUT[2] {
                buffers.outside.set(channel, zero_point as i8);
            }
        }
    }
}

/// Makes columns of the windows of the position and the three after it. Behind the last position it takes the last one again.
///
/// # Safety
/// The position is in the result; buffers as for [`convolve`].
#[inline(always)]
unsafe fn fill<S: Shape>(buffers: &Buffers, mut position: Position) {
    for pair in 0..COLUMNS / 2 {
        let a = position;
        let b = a.next::<S>();
        position = b.next::<S>();
        // SAFETY: the caller's.
        unsafe { fill_pair::<S>(buffers, a, b, pair) };
    }
}

/// # Safety
/// As for [`fill`], for both positions.
#[inline(never)]
unsafe fn fill_pair<S: Shape>(buffers: &Buffers, a: Position, b: Position, pair: usize) {
    let channels = S::INPUT[2];
    let columns = const { window::<S>().interior(1) };
    let window = const { window::<S>() };
    let mut tap = 0;
    // Where the windows' rows lie in one piece of memory, they are copied in one.
    let in_one_piece =
        S::DILATION[1] == 1 && (columns.0..columns.1).contains(&a.x) && (columns.0..columns.1).contains(&b.x);
    for ky in 0..S::KERNEL[0] {
        let rows = [window.position(0, a.y, ky), window.position(0, b.y, ky)];
        // SAFETY: pixels are in the image or that of zero points; there are as many words as taps.
        unsafe {
            if in_one_piece && rows[0] < S::INPUT[0] && rows[1] < S::INPUT[0] {
                let start = |row: usize, x: usize| {
                    buffers.input.skip((row * S::INPUT[1] + window.position(1, x, 0)) * channels)
                };
                let length = S::KERNEL[1] * channels;
                copy(buffers.columns, tap, pair, start(rows[0], a.x), start(rows[1], b.x), length);
                tap += length;
            } else {
                for kx in 0..S::KERNEL[1] {
                    let pixel = |row: usize, x: usize| {
                        let column = window.position(1, x, kx);
                        if row < S::INPUT[0] && column < S::INPUT[1] {
                            buffers.input.skip((row * S::INPUT[1] + column) * channels)
                        } else {
                            buffers.outside.as_src()
                        }
                    };
                    copy(buffers.columns, tap, pair, pixel(rows[0], a.x), pixel(rows[1], b.x), channels);
                    tap += channels;
                }
            }
        }
    }
}

/// Makes words of `length` operands of two columns, from tap `tap` on. One function for all shapes: unrolled into each, it would take
/// hundreds of bytes of stack.
///
/// # Safety
/// Both sources have the operands, and the columns the taps.
#[inline(never)]
unsafe fn copy(columns: Dst<u32>, tap: usize, pair: usize, a: Src<i8>, b: Src<i8>, length: usize) {
    // SAFETY: the caller's.
    unsafe {
        let mut done = 0;
        if tap & 1 == 1 {
            columns.set(place(tap, pair), word(a.get(0), b.get(0)));
            done = 1;
        }
        let mut target = columns.skip(place(tap + done, pair));
        while done + 1 < length {
            target.set(0, word(a.get(done), b.get(done)));
            target.set(1, word(a.get(done + 1), b.get(done + 1)));
            done += 2;
            if done < length {
                target = target.skip(4);
            }
        }
        if done < length {
            target.set(0, word(a.get(done), b.get(done)));
        }
    }
}

/// Multiplies the columns with all weights and writes the results of the first `valid` positions.
///
/// # Safety
/// As for [`convolve`]; `output` has so many positions.
#[inline(always)]
unsafe fn multiply<S: Shape>(buffers: &Buffers, params: &'static Params, output: Dst<i8>, valid: usize) {
    const { assert!(BIAS_STRIDE == WORDS, "the biases lie in the table of channels") };
    let (channels, per_channel) = (S::OUTPUT[2], const { taps::<S>().next_multiple_of(STEP) });
    let (table, weights) = (Src::from(params.channels), Src::from(params.weights));
    let mut first = 0;
    while first < channels {
        let count = if channels - first < GROUP { channels - first } else { GROUP };
        // SAFETY: the caller's: weights, table and results of channels `first..first + count`.
        unsafe {
            dot(&Dots {
                columns: buffers.columns.as_src(),
                words: const { words(taps::<S>()) },
                weights: weights.skip(first * per_channel),
                biases: table.skip(first * WORDS),
                sums: buffers.sums,
                channels: count,
            });
            let range = (first, first + count);
            rescale::<Results<S>>(params, buffers.sums.as_src(), output, range, valid);
        }
        first += count;
    }
}

#[cfg(test)]
mod test;
