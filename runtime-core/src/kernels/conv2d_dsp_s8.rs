//! Convolution of int8 activations with int8 weights for cores with DSP instructions: any window, one group.
//!
//! The windows of two output positions at a time are put side by side as widened columns (`matrix_dsp::gather`),
//! where taps outside the image are the zero point, and multiplied with the packed weights of all output channels
//! (`matrix_dsp::product`). Pairs of positions go in row-major order or, backwards, in its reverse; both windows
//! are read before the first result is written. Arithmetic: docs/arithmetic.md, CONV_2D.

use tinyml_arith::matrix::{PAIRS, Taps, Windows};

pub use super::conv2d::Shape;
use super::conv2d::{check, elements, gaps, window};
pub use super::matrix_dsp::Params;
use super::matrix_dsp::check_params;
use super::matrix_dsp::gather::{fill, widen};
use super::matrix_dsp::product::Form;
use crate::arena::{Arena, Dst, Src, check_buffer, check_disjoint, check_overlap};

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
    /// Byte offset of the working memory, aligned to 4; must not overlap the others.
    const SCRATCH: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn windows<S: Shape>() -> Windows {
    Windows {
        kernel: S::KERNEL,
        column_dilation: S::DILATION[1],
        channels: S::INPUT[2],
        positions: S::OUTPUT[0] * S::OUTPUT[1],
        has_border: window::<S>().has_border(),
    }
}

const fn taps<S: Shape>() -> Taps {
    windows::<S>().taps()
}

const fn form<S: Shape>() -> Form {
    Form {
        packing: S::PACKING,
        finish: S::FINISH,
        rounding: S::ROUNDING,
        channels: S::OUTPUT[2],
        steps: taps::<S>().steps(),
        in_place: false,
        common: false,
    }
}

const fn scratch_words<S: Shape>() -> usize {
    windows::<S>().scratch_words(S::OUTPUT[2], S::FINISH)
}

const fn check_layer<L: Layer, const N: usize>() {
    check::<L::Shape>();
    assert!(L::Shape::GROUPS == 1, "the kernel has no groups");
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    let scratch = scratch_words::<L::Shape>();
    check_buffer::<i8>(L::INPUT, input, N);
    check_buffer::<i8>(L::OUTPUT, output, N);
    check_buffer::<u32>(L::SCRATCH, scratch, N);
    check_overlap(gaps::<L::Shape>(1, PAIRS), (L::INPUT, input), (L::OUTPUT, output), L::BACKWARD);
    check_disjoint(L::INPUT, input, L::SCRATCH, 4 * scratch);
    check_disjoint(L::OUTPUT, output, L::SCRATCH, 4 * scratch);
    check_params(&L::PARAMS, L::Shape::OUTPUT[2], &taps::<L::Shape>(), L::Shape::FINISH, false);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, const N: usize>(arena: &mut Arena<N>) {
    const { check_layer::<L, N>() };
    let mut cursor = arena.cursor();
    let (input, output, scratch) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe { convolve::<L::Shape>(input, output, scratch, const { &L::PARAMS }, L::BACKWARD) }
}

/// # Safety
/// Operand, result, scratch memory and constants have the lengths of the shape; scratch memory overlaps nothing, and the result overlaps
/// the operand no further than the order of work allows.
#[inline(never)]
unsafe fn convolve<S: Shape>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    backward: bool,
) {
    let (form, geometry) = const { (form::<S>(), windows::<S>()) };
    let (channels, steps) = (S::OUTPUT[2], form.steps);
    let columns = if geometry.positions == 1 { 1 } else { 2 };
    let blocks = geometry.positions.div_ceil(2);
    // SAFETY: scratch memory has room for the columns, a row and the product's; positions are below the number of them.
    unsafe {
        let row = scratch.skip(columns * steps);
        let rest = row.skip(const { windows::<S>().row_bytes() / 4 });
        let gather = Gather { input, row: row.cast(), zero_point: params.input_zero_point };
        let mut position = if backward { const { Position::last_block::<S>() } } else { Position::FIRST };
        for step in 0..blocks {
            let block = if backward { blocks - 1 - step } else { step };
            let output = output.skip(block * 2 * channels);
            let alone = geometry.positions % 2 == 1 && block == blocks - 1;
            if alone && const { windows::<S>().positions == 1 || windows::<S>().last_alone() } {
                gather.window::<S, 1>(position, scratch);
                form.run([output], scratch.as_src(), params, rest);
            } else {
                let second = if alone { position } else { position.next::<S>() };
                gather.window::<S, 2>(position, scratch);
                gather.window::<S, 2>(second, scratch.skip(1));
                let outputs = [output, if alone { output } else { output.skip(channels) }];
                form.run(outputs, scratch.as_src(), params, rest);
            }
            position = if backward {
                position.previous::<S>().previous::<S>()
            } else {
                position.next::<S>().next::<S>()
            };
        }
    }
}

/// An output position.
#[derive(Clone, Copy)]
struct Position {
    y: usize,
    x: usize,
}

impl Position {
    const FIRST: Position = Position { y: 0, x: 0 };

    /// The first position of the last block.
    const fn last_block<S: Shape>() -> Position {
        let position = (S::OUTPUT[0] * S::OUTPUT[1] - 1) / 2 * 2;
        Position { y: position / S::OUTPUT[1], x: position % S::OUTPUT[1] }
    }

    /// The one behind it in row-major order.
    #[inline(always)]
    fn next<S: Shape>(self) -> Position {
        let x = self.x + 1;
        if x == S::OUTPUT[1] { Position { y: self.y + 1, x: 0 } } else { Position { y: self.y, x } }
    }

    /// The one before it in row-major order.
    #[inline(always)]
    fn previous<S: Shape>(self) -> Position {
        if self.x == 0 {
            Position { y: self.y.wrapping_sub(1), x: S::OUTPUT[1] - 1 }
        } else {
            Position { y: self.y, x: self.x - 1 }
        }
    }
}

/// Puts windows into columns.
#[derive(Clone, Copy)]
struct Gather {
    input: Src<i8>,
    row: Dst<i8>,
    zero_point: i32,
}

impl Gather {
    /// The window of an output position.
    ///
    /// # Safety
    /// `position` is one, and `column` has room for the steps, each `STRIDE` words on.
    #[inline(always)]
    unsafe fn window<S: Shape, const STRIDE: usize>(self, position: Position, column: Dst<u32>) {
        let geometry = const { window::<S>() };
        let (rows, columns) = const { (window::<S>().interior(0), window::<S>().interior(1)) };
        let Position { y, x } = position;
        let [_, width, channels] = S::INPUT;
        let taps = const { taps::<S>() };
        let inside = const { !window::<S>().has_border() }
            || (rows.0 <= y && y < rows.1 && columns.0 <= x && x < columns.1);
        // SAFETY: inside, the whole window is in the image.
        unsafe {
            if inside && (S::DILATION[1] == 1 || S::KERNEL[1] == 1) {
                let (top, left) = (geometry.position(0, y, 0), geometry.position(1, x, 0));
                let source = self.input.skip((top * width + left) * channels);
                for row in 0..S::KERNEL[0] {
                    let source = source.skip(row * S::DILATION[0] * width * channels);
                    widen::<STRIDE>(source, column.skip(row * taps.run_steps() * STRIDE), taps.run);
                }
            } else {
                self.border::<S, STRIDE>(position, column);
            }
        }
    }

    /// The window of a position, tap by tap.
    ///
    /// # Safety
    /// As for [`Gather::window`].
    #[inline(never)]
    unsafe fn border<S: Shape, const STRIDE: usize>(self, position: Position, column: Dst<u32>) {
        let window = const { window::<S>() };
        let taps = const { taps::<S>() };
        let [height, width, channels] = S::INPUT;
        for row in 0..S::KERNEL[0] {
            let iy = window.position(0, position.y, row);
            // SAFETY: only taps in the image are read, and each run has its steps in the column.
            unsafe {
                let column = column.skip(row * taps.run_steps() * STRIDE);
                if iy >= height {
                    fill::<STRIDE>(column, taps.run_steps(), self.zero_point);
                } else {
                    let source = self.input.skip(iy * width * channels);
                    for tap in 0..S::KERNEL[1] {
                        let ix = window.position(1, position.x, tap);
                        if channels.is_multiple_of(4) {
                            let column = column.skip(tap * channels / 2 * STRIDE);
                            if ix < width {
                                widen::<STRIDE>(source.skip(ix * channels), column, channels);
                            } else {
                                fill::<STRIDE>(column, channels / 2, self.zero_point);
                            }
                        } else {
                            let row = self.row.skip(tap * channels);
                            if ix < width {
                                row.copy_from(source.skip(ix * channels), channels);
                            } else {
                                for channel in 0..channels {
                                    row.set(channel, self.zero_point as i8);
                                }
                            }
                        }
                    }
                    if !channels.is_multiple_of(4) {
                        widen::<STRIDE>(self.row.as_src(), column, taps.run);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod test;
