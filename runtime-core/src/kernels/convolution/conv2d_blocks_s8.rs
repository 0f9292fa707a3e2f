//! Convolution of int8 activations with int8 weights, for cores with many registers and no DSP instructions: blocks of four
//! output positions and four channels, whose sixteen sums stay in registers.
//!
//! A pointwise convolution reads the image itself; others copy the windows of four positions, with the zero point for what lies
//! outside the image. Weights: `[⌈C_out / 4⌉][taps][4]`, taps as in `conv2d_s8`, zero for the
//! channels that are missing in the last four. Scratch: `scratch`. No groups.

use core::ops::Range;

use tinyml_arith::overlap::{Blocks, Gaps, Results};
use tinyml_arith::size::{product, round_up};

pub use super::conv2d::Shape;
use super::conv2d::{self, check, elements, window};
use super::tiles::{Position, for_each, for_some};
use crate::arch::blocks::{CHANNELS, Rows, dot_row, dot_rows};
use crate::arch::{opaque, rolled};
use crate::arena::{Dst, Src, check_disjoint, check_overlap};
use crate::kernels::scaling::{Form, Table, check_params};
pub use crate::kernels::scaling::{Params, Scaling};
use crate::memory::{Memory, check_buffer};

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

/// Output positions of a block.
const POSITIONS: usize = 4;

/// Most bytes of a piece of a window that is not copied by `memcpy`.
const SHORT: usize = 16;

/// Operands of an output position.
const fn taps<S: Shape>() -> usize {
    product([S::KERNEL[0], S::KERNEL[1], S::INPUT[2]])
}

/// The windows of consecutive positions, in the image or copied.
struct Windows<S>(core::marker::PhantomData<S>);

impl<S: Shape> Rows for Windows<S> {
    const PITCH: usize = taps::<S>();
    const TAPS: usize = taps::<S>();
}

/// Whether the windows of consecutive positions lie one behind the other in the image.
const fn is_direct<S: Shape>() -> bool {
    S::KERNEL[0] == 1
        && S::KERNEL[1] == 1
        && S::STRIDE[0] == 1
        && S::STRIDE[1] == 1
        && !window::<S>().has_border()
        && S::INPUT[1] == S::OUTPUT[1]
}

/// Bytes of working memory: the windows of a block.
pub(crate) const fn scratch<S: Shape>() -> usize {
    if is_direct::<S>() { 0 } else { product([taps::<S>(), POSITIONS]) }
}

/// How far the result may lie over the operand. Windows in the image are read again for each four channels.
pub(crate) const fn gaps<S: Shape>() -> Gaps {
    let results = if is_direct::<S>() { Results::Early } else { Results::Held };
    conv2d::gaps::<S>(1, Blocks { positions: POSITIONS, across_rows: true, results })
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    assert!(<L::Shape as Shape>::GROUPS == 1, "the convolution has groups");
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_buffer::<i8>(L::SCRATCH, scratch::<L::Shape>(), M::REGIONS);
    check_overlap(gaps::<L::Shape>(), (L::INPUT, input), (L::OUTPUT, output), L::BACKWARD);
    check_disjoint(L::INPUT, input, L::SCRATCH, scratch::<L::Shape>());
    check_disjoint(L::OUTPUT, output, L::SCRATCH, scratch::<L::Shape>());
    let channels = L::Shape::OUTPUT[2];
    let weights = product([taps::<L::Shape>(), round_up(channels, CHANNELS)]);
    check_params(&L::PARAMS, weights, channels, Form::of_conv2d::<L::Shape>());
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let buffers = Buffers {
        input: cursor.src(L::INPUT),
        output: cursor.dst(L::OUTPUT),
        windows: cursor.dst(L::SCRATCH),
    };
    // SAFETY: `check_layer` holds.
    unsafe { convolve::<L::Shape>(&buffers, const { &L::PARAMS }, L::BACKWARD) }
}

/// Carries out some of the layer's blocks of four positions, in the order in which [`run`] takes them: all of them are what `run` does.
#[inline(always)]
pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let buffers = Buffers {
        input: cursor.src(L::INPUT),
        output: cursor.dst(L::OUTPUT),
        windows: cursor.dst(L::SCRATCH),
    };
    // SAFETY: `check_layer` holds.
    unsafe { convolve_part::<L::Shape>(&buffers, const { &L::PARAMS }, L::BACKWARD, from..to) }
}

struct Buffers {
    input: Src<i8>,
    output: Dst<i8>,
    windows: Dst<i8>,
}

/// # Safety
/// Operand, result, scratch and constants have the lengths of the shape; the result overlaps the operand no further than [`gaps`], the
/// scratch none of them.
#[inline(never)]
unsafe fn convolve<S: Shape>(buffers: &Buffers, params: &'static Params, backward: bool) {
    for_each::<S>(POSITIONS, backward, |first, position, valid| {
        // SAFETY: the caller's; the positions are in the result.
        unsafe { block::<S>(buffers, params, first, position, valid) }
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
    for_some::<S>(POSITIONS, backward, steps, |first, position, valid| {
        // SAFETY: the caller's; the positions are in the result.
        unsafe { block::<S>(buffers, params, first, position, valid) }
    });
}

/// The `valid` positions from the one of the number `first` on, which lies at `position`.
///
/// # Safety
/// As for [`convolve`]; the positions are in the result.
#[inline(always)]
unsafe fn block<S: Shape>(
    buffers: &Buffers,
    params: &'static Params,
    first: usize,
    position: Position,
    valid: usize,
) {
    // SAFETY: the caller's.
    unsafe {
        let output = buffers.output.skip(first * S::OUTPUT[2]);
        if const { is_direct::<S>() } {
            let input = buffers.input.skip(first * S::INPUT[2]);
            if valid == POSITIONS {
                multiply::<S, POSITIONS>(input, params, output, valid);
            } else {
                for position in 0..valid {
                    let (input, output) =
                        (input.skip(position * S::INPUT[2]), output.skip(position * S::OUTPUT[2]));
                    multiply::<S, 1>(input, params, output, 1);
                }
            }
        } else {
            fill::<S>(buffers, position, params.input_zero_point as i8);
            multiply::<S, POSITIONS>(buffers.windows.as_src(), params, output, valid);
        }
    }
}

/// Copies the windows of the position and the three after it. Behind the last position it takes the last one again.
///
/// # Safety
/// The position is in the result; buffers as for [`convolve`].
#[inline(always)]
unsafe fn fill<S: Shape>(buffers: &Buffers, mut position: Position, zero_point: i8) {
    let columns = const { window::<S>().interior(1) };
    let window = const { window::<S>() };
    let channels = S::INPUT[2];
    let mut target = buffers.windows;
    for _ in 0..POSITIONS {
        rolled();
        // Where a row of the window lies in one piece of memory, it is copied in one.
        let in_one_piece = S::DILATION[1] == 1 && (columns.0..columns.1).contains(&position.x);
        for ky in 0..opaque(S::KERNEL[0]) {
            rolled();
            let y = window.position(0, position.y, ky);
            // SAFETY: pixels are in the image; the windows have place for all taps.
            unsafe {
                if in_one_piece && y < S::INPUT[0] {
                    let x = window.position(1, position.x, 0);
                    let piece = S::KERNEL[1] * channels;
                    let source = buffers.input.skip((y * S::INPUT[1] + x) * channels);
                    if const { S::KERNEL[1] * S::INPUT[2] <= SHORT } {
                        // Unrolled; `memcpy` needs longer to begin.
                        for index in 0..piece {
                            target.set(index, source.get(index));
                        }
                    } else {
                        target.copy_from(source, piece);
                    }
                    target = target.skip(piece);
                } else {
                    for kx in 0..S::KERNEL[1] {
                        let x = window.position(1, position.x, kx);
                        if y < S::INPUT[0] && x < S::INPUT[1] {
                            target.copy_from(buffers.input.skip((y * S::INPUT[1] + x) * channels), channels);
                        } else {
                            target.fill(zero_point, channels);
                        }
                        target = target.skip(channels);
                    }
                }
            }
        }
        position = position.next::<S>();
    }
}

/// Multiplies windows with all weights and writes the results of the first `valid` positions.
///
/// # Safety
/// As for [`convolve`]; there are `ROWS` windows, one or four, and `output` has `valid` positions.
#[inline(never)]
unsafe fn multiply<S: Shape, const ROWS: usize>(
    windows: Src<i8>,
    params: &'static Params,
    output: Dst<i8>,
    valid: usize,
) {
    let form = const { Form::of_conv2d::<S>() };
    let (channels, taps) = (S::OUTPUT[2], const { taps::<S>() });
    let (table, mut weights) = (Table::new(params, form), Src::from(params.weights));
    let mut first = 0;
    while first < channels {
        let count = if channels - first < CHANNELS { channels - first } else { CHANNELS };
        // SAFETY: the caller's: weights, table and results of these channels.
        unsafe {
            let mut start = [0; CHANNELS];
            for (index, start) in start.iter_mut().enumerate().take(count) {
                *start = table.bias(first + index);
            }
            let sums: [[i32; CHANNELS]; POSITIONS] = if ROWS == 1 {
                [dot_row(windows, weights, taps, false, start.into()).into(); POSITIONS]
            } else {
                // Not by `map`, which would keep a second copy on the stack.
                let [p, q, r, s] = dot_rows::<Windows<S>>(windows, weights, start.into());
                [p.into(), q.into(), r.into(), s.into()]
            };
            for index in 0..CHANNELS {
                if index < count {
                    let channel = table.channel(first + index);
                    for (row, sums) in sums.iter().enumerate().take(ROWS) {
                        if row < valid {
                            output.set(
                                row * channels + first + index,
                                channel.apply(form, params, sums[index]),
                            );
                        }
                    }
                }
            }
            first += count;
            if first < channels {
                weights = weights.skip(taps * CHANNELS);
            }
        }
    }
}

#[cfg(test)]
mod test;
