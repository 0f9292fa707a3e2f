//! Depthwise convolution of int8 activations with int8 weights, for cores without DSP instructions.
//!
//! The rows of the image that a row of the result reads are kept in a ring, with the zero point on both sides and above and below
//! the image, so that no window has a border. Each row of the image is read once, so the result may follow close behind in
//! the same memory. Some neighbouring positions (`POSITIONS`) share the loads of the weights. Weights: `[K_h][K_w][C]`, one output
//! channel for each input channel. Scratch: `scratch`.

use core::ops::Range;

use tinyml_arith::overlap::Gaps;
use tinyml_arith::ring::{MAX_ROWS, Ring};
use tinyml_arith::size::{difference, product, round_up, sum};

pub use super::conv2d::Shape;
use super::conv2d::{check, elements, weights};
use crate::arch::rescale::{self, rescale};
use crate::arch::taps::{self, BIAS_STRIDE, Window, accumulate};
use crate::arena::{Dst, Src, bytes, check_disjoint, check_overlap};
use crate::kernels::part::within;
use crate::kernels::scaling::{Form, WORDS, check_params};
pub use crate::kernels::scaling::{Params, Scaling};
use crate::memory::{Memory, check_buffer};

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry; `GROUPS` is the number of channels of operand and result.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may lie over the operand as far as the order of work allows it (see `tinyml_arith::overlap`).
    const OUTPUT: usize;
    /// Byte offset of the working memory.
    const SCRATCH: usize;
    /// Whether the last rows come first.
    const BACKWARD: bool = false;
    /// Constants.
    const PARAMS: Params;
}

/// Channels whose sums are kept before they are requantised.
const GROUP: usize = 16;

/// A layer as the loops over taps and results see it.
struct Of<S>(core::marker::PhantomData<S>);

impl<S: Shape> taps::Spec for Of<S> {
    const POSITIONS: usize = S::POSITIONS;
    const KERNEL: [usize; 2] = S::KERNEL;
    const POSITION: usize = S::STRIDE[1] * S::INPUT[2];
    const TAP: usize = S::DILATION[1] * S::INPUT[2];
    const WEIGHT: usize = S::OUTPUT[2];
}

impl<S: Shape> rescale::Spec for Of<S> {
    const FORM: Form = Form::of_conv2d::<S>();
    const POSITIONS: usize = S::POSITIONS;
    const PITCH: usize = S::OUTPUT[2];
}

/// Blocks of positions in a row.
const fn blocks<S: Shape>() -> usize {
    S::OUTPUT[1].div_ceil(S::POSITIONS)
}

/// Pixels of a row in the ring: all that the blocks' windows read.
const fn pixels<S: Shape>() -> usize {
    let windows = product([difference(product([blocks::<S>(), S::POSITIONS]), 1), S::STRIDE[1]]);
    sum([windows, product([difference(S::KERNEL[1], 1), S::DILATION[1]]), 1])
}

/// Bytes of those pixels.
const fn line<S: Shape>() -> usize {
    product([pixels::<S>(), S::INPUT[2]])
}

/// Bytes of a row in the ring.
const fn pitch<S: Shape>() -> usize {
    round_up(line::<S>(), 4)
}

/// Rows in the ring: those from a window's first to its last.
const fn slots<S: Shape>() -> usize {
    sum([product([difference(S::KERNEL[0], 1), S::DILATION[0]]), 1])
}

/// Bytes of the ring.
const fn ring_bytes<S: Shape>() -> usize {
    product([slots::<S>(), pitch::<S>()])
}

/// Bytes of working memory: the ring and the sums of a group of channels.
pub(crate) const fn scratch<S: Shape>() -> usize {
    let group = if S::OUTPUT[2] < GROUP { S::OUTPUT[2] } else { GROUP };
    sum([ring_bytes::<S>(), bytes::<i32>(product([group, S::POSITIONS]))])
}

/// How far the result may lie over the operand.
pub(crate) const fn gaps<S: Shape>() -> Gaps {
    let ring = Ring {
        input: S::INPUT[0],
        input_row: product([S::INPUT[1], S::INPUT[2]]),
        output: S::OUTPUT[0],
        output_row: product([S::OUTPUT[1], S::OUTPUT[2]]),
        reach: slots::<S>(),
        stride: S::STRIDE[0],
        padding: S::PADDING[0],
    };
    ring.gaps()
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    let channels = L::Shape::OUTPUT[2];
    assert!(L::Shape::GROUPS == L::Shape::INPUT[2], "the convolution is not depthwise");
    assert!(L::Shape::INPUT[2] == channels, "there is not one output channel per input channel");
    let positions = L::Shape::POSITIONS;
    assert!(positions >= 1 && positions <= taps::MAX_POSITIONS, "there is no such block of positions");
    assert!(L::Shape::KERNEL[0] <= MAX_ROWS, "the kernel has too many rows");
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_buffer::<i32>(L::SCRATCH, scratch::<L::Shape>() / 4, M::REGIONS);
    check_overlap(gaps::<L::Shape>(), (L::INPUT, input), (L::OUTPUT, output), L::BACKWARD);
    check_disjoint(L::INPUT, input, L::SCRATCH, scratch::<L::Shape>());
    check_disjoint(L::OUTPUT, output, L::SCRATCH, scratch::<L::Shape>());
    check_params(&L::PARAMS, weights::<L::Shape>(), channels, Form::of_conv2d::<L::Shape>());
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let buffers = Buffers {
        input: cursor.src(L::INPUT),
        output: cursor.dst(L::OUTPUT),
        ring: cursor.dst(L::SCRATCH),
        sums: cursor.dst(const { L::SCRATCH + ring_bytes::<L::Shape>() }),
    };
    // SAFETY: `check_layer` holds.
    unsafe { convolve::<L::Shape>(&buffers, const { &L::PARAMS }, L::BACKWARD) }
}

/// Carries out some of the layer's rows, in the order in which [`run`] takes them: all of them are what `run` does.
#[inline(always)]
pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let buffers = Buffers {
        input: cursor.src(L::INPUT),
        output: cursor.dst(L::OUTPUT),
        ring: cursor.dst(L::SCRATCH),
        sums: cursor.dst(const { L::SCRATCH + ring_bytes::<L::Shape>() }),
    };
    // SAFETY: `check_layer` holds.
    unsafe { convolve_part::<L::Shape>(&buffers, const { &L::PARAMS }, L::BACKWARD, from..to) }
}

struct Buffers {
    input: Src<i8>,
    output: Dst<i8>,
    ring: Dst<i8>,
    sums: Dst<i32>,
}

/// # Safety
/// Operand, result, scratch and constants have the lengths of the shape; the scratch overlaps neither of the others.
#[inline(never)]
unsafe fn convolve<S: Shape>(buffers: &Buffers, params: &'static Params, backward: bool) {
    // SAFETY: the caller's.
    unsafe { some_rows::<S>(buffers, params, backward, (0, 0), 0..S::OUTPUT[0]) }
}

/// Some of its rows. The ring stays as it is from one part to the next.
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
    let height = S::OUTPUT[0];
    let steps = within(steps, height);
    // The rows under the last result.
    let mut ring = (0, 0);
    if steps.start > 0 {
        let last = steps.start - 1;
        let top = if backward { height - 1 - last } else { last } * S::STRIDE[0];
        ring = (top, top + const { slots::<S>() });
    }
    // SAFETY: the caller's; there are the rows.
    unsafe { some_rows::<S>(buffers, params, backward, ring, steps) }
}

/// # Safety
/// As for [`convolve`]; there are the rows.
#[inline(always)]
unsafe fn some_rows<S: Shape>(
    buffers: &Buffers,
    params: &'static Params,
    backward: bool,
    ring: (usize, usize),
    steps: Range<usize>,
) {
    let [height, width, channels] = S::OUTPUT;
    let (slots, pitch) = const { (slots::<S>(), pitch::<S>()) };
    // Rows are counted from the padding above the image on: those in the ring are `first..end`.
    let (mut first, mut end) = ring;
    for step in steps {
        let y = if backward { height - 1 - step } else { step };
        let (top, bottom) = (y * S::STRIDE[0], y * S::STRIDE[0] + slots);
        // SAFETY: rows have their place in the ring; (y, x) are positions of the result.
        unsafe {
            if step == 0 || bottom <= first || end <= top {
                (first, end) = if backward { (bottom, bottom) } else { (top, top) };
            }
            while first > top {
                first -= 1;
                load::<S>(buffers, params, first);
            }
            while end < bottom {
                load::<S>(buffers, params, end);
                end += 1;
            }
            (first, end) = (top, bottom);
            let mut rows = [buffers.ring.as_src(); MAX_ROWS];
            for (ky, row) in rows.iter_mut().enumerate().take(S::KERNEL[0]) {
                *row = row.skip((top + ky * S::DILATION[0]) % slots * pitch);
            }
            for block in 0..blocks::<S>() {
                let x = block * S::POSITIONS;
                let valid = if width - x < S::POSITIONS { width - x } else { S::POSITIONS };
                let output = buffers.output.skip((y * width + x) * channels);
                positions::<S>(buffers, params, &rows, output, valid);
                if block + 1 < blocks::<S>() {
                    for row in rows.iter_mut().take(S::KERNEL[0]) {
                        *row = row.skip(S::POSITIONS * S::STRIDE[1] * channels);
                    }
                }
            }
        }
    }
}

/// Puts a row into its place in the ring; rows above and below the image are zero points.
///
/// # Safety
/// As for [`convolve`].
#[inline(never)]
unsafe fn load<S: Shape>(buffers: &Buffers, params: &'static Params, row: usize) {
    let channels = S::INPUT[2];
    let line = const { line::<S>() };
    let left = const { smaller(S::PADDING[1], pixels::<S>()) };
    let inside = const { smaller(S::INPUT[1], pixels::<S>() - smaller(S::PADDING[1], pixels::<S>())) };
    let zero = params.input_zero_point as i8;
    let y = row.wrapping_sub(S::PADDING[0]);
    // SAFETY: a row of the ring has `pixels` pixels, a row of the image at least `inside`.
    unsafe {
        let place = buffers.ring.skip(row % const { slots::<S>() } * const { pitch::<S>() });
        if y >= S::INPUT[0] {
            return place.fill(zero, line);
        }
        place.fill(zero, left * channels);
        place
            .skip(left * channels)
            .copy_from(buffers.input.skip(y * S::INPUT[1] * channels), inside * channels);
        let behind = (left + inside) * channels;
        place.skip(behind).fill(zero, line - behind);
    }
}

const fn smaller(a: usize, b: usize) -> usize {
    if a < b { a } else { b }
}

/// All channels of a block, of which the first `valid` positions are written.
///
/// # Safety
/// As for [`convolve`]; `rows` are the operands of the block's first position for each row of taps.
#[inline(always)]
unsafe fn positions<S: Shape>(
    buffers: &Buffers,
    params: &'static Params,
    rows: &[Src<i8>; MAX_ROWS],
    output: Dst<i8>,
    valid: usize,
) {
    const { assert!(BIAS_STRIDE == WORDS, "the biases lie in the table of channels") };
    let channels = S::OUTPUT[2];
    let table = Src::from(params.channels);
    let mut first = 0;
    while first < channels {
        let end = if channels - first < GROUP { channels } else { first + GROUP };
        // SAFETY: the caller's.
        unsafe {
            accumulate::<Of<S>>(&Window {
                rows: rows.split_at(const { smaller(S::KERNEL[0], MAX_ROWS) }).0,
                weights: params.weights.into(),
                biases: table,
                sums: buffers.sums,
                channels: (first, end),
            });
            rescale::<Of<S>>(params, buffers.sums.as_src(), output, (first, end), valid);
        }
        first = end;
    }
}

#[cfg(test)]
mod test;
