//! Convolution of int8 activations with int8 weights for cores with DSP instructions: any window, one group.
//!
//! The windows of two output positions at a time are put side by side as widened columns (`matrix_dsp::gather`),
//! where taps outside the image are the zero point, and multiplied with the packed weights of all output channels
//! (`matrix_dsp::product`). Pairs of positions go in row-major order or, backwards, in its reverse; both windows
//! are read before the first result is written. Arithmetic: docs/arithmetic.md, CONV_2D.
//!
//! The same source makes code for one shape, whose numbers are then constants, and code that all shapes share
//! (`geometry`).

mod geometry;

use core::ops::Range;

use tinyml_arith::matrix::{Finish, PAIRS, Taps};

pub use super::conv2d::Shape;
use super::conv2d::{check, elements, gaps};
use crate::arch::rolled;
use crate::arena::{Dst, Src, bytes, check_disjoint, check_overlap};
pub use crate::kernels::matrix_dsp::Params;
use crate::kernels::matrix_dsp::check_params;
use crate::kernels::matrix_dsp::gather::fill;
use crate::kernels::matrix_dsp::product::Steps;
use crate::kernels::part::within;
use crate::memory::{Memory, check_buffer};
use geometry::{Geometry, Known, Shared, Source, is_shared, windows};

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

const fn taps<S: Shape>() -> Taps {
    windows::<S>().taps()
}

const fn scratch_words<S: Shape>() -> usize {
    windows::<S>().scratch_words(S::OUTPUT[2], S::FINISH)
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    assert!(L::Shape::GROUPS == 1, "the kernel has no groups");
    assert!(Geometry::is_narrow::<L::Shape>(), "an extent is too large for the kernel");
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    let scratch = scratch_words::<L::Shape>();
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_buffer::<u32>(L::SCRATCH, scratch, M::REGIONS);
    check_overlap(gaps::<L::Shape>(1, PAIRS), (L::INPUT, input), (L::OUTPUT, output), L::BACKWARD);
    check_disjoint(L::INPUT, input, L::SCRATCH, bytes::<u32>(scratch));
    check_disjoint(L::OUTPUT, output, L::SCRATCH, bytes::<u32>(scratch));
    check_params(&L::PARAMS, L::Shape::OUTPUT[2], &taps::<L::Shape>(), L::Shape::FINISH, false);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scratch) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe {
        let params = const { &L::PARAMS };
        if const { matches!(Geometry::of::<L::Shape>().form.steps(&L::PARAMS), Steps::Call) } {
            convolve::<L::Shape, true>(input, output, scratch, params, L::BACKWARD);
        } else {
            convolve::<L::Shape, false>(input, output, scratch, params, L::BACKWARD);
        }
    }
}

/// Carries out some of the layer's blocks of two positions, in the order in which [`run`] takes them: all of them are what `run` does.
#[inline(always)]
pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scratch) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe {
        let params = const { &L::PARAMS };
        if const { matches!(Geometry::of::<L::Shape>().form.steps(&L::PARAMS), Steps::Call) } {
            convolve_part::<L::Shape, true>(input, output, scratch, params, L::BACKWARD, from..to);
        } else {
            convolve_part::<L::Shape, false>(input, output, scratch, params, L::BACKWARD, from..to);
        }
    }
}

/// Calls one function for pixels, or one for windows, with where the geometry comes from and some arguments.
macro_rules! convolve_by {
    ($shape:ty, $one_call:ident, $pointwise:ident, $windows:ident, $($argument:expr),*) => {{
        macro_rules! with {
            ($source:expr) => {
                if const { Geometry::of::<$shape>().is_pointwise } {
                    $pointwise($source, $($argument),*);
                } else {
                    $windows($source, $($argument),*);
                }
            };
        }
        if const { !is_shared::<$shape>() } {
            with!(Known::<$shape, $one_call>::SHAPE);
        } else {
            let steps = match <$shape>::FINISH {
                Finish::Exact => Steps::Exact,
                _ if $one_call => Steps::Call,
                _ => Steps::Several,
            };
            with!(Shared::new(const { &Geometry::of::<$shape>() }, steps));
        }
    }};
}

/// # Safety
/// Operand, result, scratch memory and constants have the lengths of the shape; scratch memory overlaps nothing, and the result overlaps
/// the operand no further than the order of work allows. `ONE_CALL` only if the steps for the constants are [`Steps::Call`].
#[inline(always)]
unsafe fn convolve<S: Shape, const ONE_CALL: bool>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    backward: bool,
) {
    // SAFETY: the caller's; the numbers are the shape's.
    unsafe {
        convolve_by!(S, ONE_CALL, pointwise, convolve_windows, input, output, scratch, params, backward);
    }
}

/// # Safety
/// As for [`convolve`].
#[inline(always)]
unsafe fn convolve_part<S: Shape, const ONE_CALL: bool>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    backward: bool,
    steps: Range<usize>,
) {
    // SAFETY: the caller's; the numbers are the shape's.
    unsafe {
        convolve_by!(
            S,
            ONE_CALL,
            pointwise_part,
            convolve_windows_part,
            input,
            output,
            scratch,
            params,
            backward,
            steps
        );
    }
}

/// A layer whose windows are the image's pixels.
///
/// # Safety
/// As for [`convolve`].
#[inline(never)]
unsafe fn pointwise<G: Source>(
    source: G,
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    backward: bool,
) {
    // SAFETY: the caller's.
    unsafe { pixels(source, input, output, scratch, params, backward, 0..source.geometry().blocks()) }
}

/// Some of its blocks.
///
/// # Safety
/// As for [`convolve`].
#[inline(never)]
unsafe fn pointwise_part<G: Source>(
    source: G,
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    backward: bool,
    steps: Range<usize>,
) {
    let steps = within(steps, source.geometry().blocks());
    // SAFETY: the caller's; there are so many blocks.
    unsafe { pixels(source, input, output, scratch, params, backward, steps) }
}

/// # Safety
/// As for [`convolve`]; there are the blocks.
#[inline(always)]
unsafe fn pixels<G: Source>(
    source: G,
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    backward: bool,
    steps: Range<usize>,
) {
    let geometry = source.geometry();
    let channels = geometry.run();
    // SAFETY: the caller's; scratch memory has room for the columns and the product's; positions are below the number of them.
    unsafe {
        let rest = scratch.skip(geometry.column_words());
        for step in steps {
            rolled();
            let block = geometry.block(step, backward);
            let first = input.skip(2 * block * channels);
            let is_odd = geometry.is_odd(block);
            if let (true, Some(_)) = (is_odd, G::ALONE) {
                source.widen::<1>(first, scratch, channels);
            } else {
                let second = if is_odd { first } else { first.skip(channels) };
                source.widen::<2>(first, scratch, channels);
                source.widen::<2>(second, scratch.skip(1), channels);
            }
            multiply(source, block, output, scratch, params, rest);
        }
    }
}

/// A layer with any windows.
///
/// # Safety
/// As for [`convolve`].
#[inline(never)]
unsafe fn convolve_windows<G: Source>(
    source: G,
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    backward: bool,
) {
    let geometry = source.geometry();
    let mut position = Position { y: 0, x: 0 };
    if backward {
        let [y, x] = geometry.last_block();
        position = Position { y, x };
    }
    // SAFETY: the caller's; it is the position of the first block.
    unsafe { windows_from(source, input, output, scratch, params, backward, position, 0..geometry.blocks()) }
}

/// Some of its blocks.
///
/// # Safety
/// As for [`convolve`].
#[inline(never)]
unsafe fn convolve_windows_part<G: Source>(
    source: G,
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    backward: bool,
    steps: Range<usize>,
) {
    let geometry = source.geometry();
    let steps = within(steps, geometry.blocks());
    if steps.is_empty() {
        return;
    }
    let mut position = Position { y: 0, x: 2 * geometry.block(steps.start, backward) };
    while position.x >= geometry.width() {
        rolled();
        position = Position { y: position.y + 1, x: position.x - geometry.width() };
    }
    // SAFETY: the caller's; there are so many blocks, and it is the position of the first.
    unsafe { windows_from(source, input, output, scratch, params, backward, position, steps) }
}

/// # Safety
/// As for [`convolve`]; there are the blocks, and `position` is that of the first.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "the body of two functions")]
unsafe fn windows_from<G: Source>(
    source: G,
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    backward: bool,
    mut position: Position,
    steps: Range<usize>,
) {
    let geometry = source.geometry();
    // SAFETY: the caller's; scratch memory has room for the columns, a row and the product's; positions are below the number of them.
    unsafe {
        let row = scratch.skip(geometry.column_words());
        let rest = row.skip(geometry.row_words());
        let gather = Gather { source, input, row: row.cast(), zero_point: params.input_zero_point };
        for step in steps {
            rolled();
            let block = geometry.block(step, backward);
            let is_odd = geometry.is_odd(block);
            if let (true, Some(_)) = (is_odd, G::ALONE) {
                gather.window::<1>(position, scratch);
            } else {
                let mut place = position;
                for column in 0..G::columns() {
                    G::rolled();
                    source.window(&gather, place, scratch.skip(column));
                    place = if is_odd { place } else { place.next(geometry) };
                }
            }
            multiply(source, block, output, scratch, params, rest);
            position = if backward {
                position.previous(geometry).previous(geometry)
            } else {
                position.next(geometry).next(geometry)
            };
        }
    }
}

/// The results of a block of positions from its columns.
///
/// # Safety
/// As for [`convolve`]; `columns` holds the block's windows, and `rest` is what the product needs.
#[inline(always)]
unsafe fn multiply<G: Source>(
    source: G,
    block: usize,
    output: Dst<i8>,
    columns: Dst<u32>,
    params: &'static Params,
    rest: Dst<u32>,
) {
    let geometry = source.geometry();
    let channels = geometry.form.channels;
    let columns = columns.as_src();
    // SAFETY: the caller's.
    unsafe {
        let output = output.skip(2 * block * channels);
        match (geometry.is_odd(block), G::ALONE) {
            (true, Some(alone)) => source.multiply_alone(alone, output, columns, params, rest),
            (is_odd, _) => {
                let outputs = [output, if is_odd { output } else { output.skip(channels) }];
                source.multiply(outputs, columns, params, rest);
            }
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
    /// The one behind it in row-major order.
    #[inline(always)]
    fn next(self, geometry: &Geometry) -> Position {
        let x = self.x + 1;
        if x == geometry.width() { Position { y: self.y + 1, x: 0 } } else { Position { y: self.y, x } }
    }

    /// The one before it in row-major order.
    #[inline(always)]
    fn previous(self, geometry: &Geometry) -> Position {
        if self.x == 0 {
            Position { y: self.y.wrapping_sub(1), x: geometry.width() - 1 }
        } else {
            Position { y: self.y, x: self.x - 1 }
        }
    }
}

/// Puts windows into columns.
#[derive(Clone, Copy)]
struct Gather<G> {
    source: G,
    input: Src<i8>,
    row: Dst<i8>,
    zero_point: i32,
}

impl<G: Source> Gather<G> {
    /// The window of an output position.
    ///
    /// # Safety
    /// `position` is one, and `column` has room for the steps, each `STRIDE` words on.
    #[inline(always)]
    unsafe fn window<const STRIDE: usize>(self, position: Position, column: Dst<u32>) {
        let geometry = self.source.geometry();
        let Position { y, x } = position;
        let [_, width, channels] = geometry.input();
        // SAFETY: inside, the whole window is in the image.
        unsafe {
            if geometry.is_inside(y, x) {
                let (top, left) = (geometry.row(y, 0), geometry.column(x, 0));
                let source = self.input.skip((top * width + left) * channels);
                for row in 0..geometry.kernel()[0] {
                    let source = source.skip(row * geometry.row_step());
                    let column = column.skip(row * geometry.run_steps() * STRIDE);
                    self.source.widen::<STRIDE>(source, column, geometry.run());
                }
            } else {
                self.border::<STRIDE>(position, column);
            }
        }
    }

    /// The window of a position, tap by tap.
    ///
    /// # Safety
    /// As for [`Gather::window`].
    #[inline(never)]
    unsafe fn border<const STRIDE: usize>(self, position: Position, column: Dst<u32>) {
        let geometry = self.source.geometry();
        let [height, width, channels] = geometry.input();
        for row in 0..geometry.kernel()[0] {
            G::rolled();
            let iy = geometry.row(position.y, row);
            // SAFETY: only taps in the image are read, and each run has its steps in the column.
            unsafe {
                let column = column.skip(row * geometry.run_steps() * STRIDE);
                if iy >= height {
                    fill::<STRIDE>(column, geometry.run_steps(), self.zero_point);
                } else {
                    let source = self.input.skip(iy * width * channels);
                    for tap in 0..geometry.kernel()[1] {
                        G::rolled();
                        let ix = geometry.column(position.x, tap);
                        if G::is_word(channels) {
                            let column = column.skip(tap * channels / 2 * STRIDE);
                            if ix < width {
                                self.source.widen::<STRIDE>(source.skip(ix * channels), column, channels);
                            } else {
                                fill::<STRIDE>(column, channels / 2, self.zero_point);
                            }
                        } else {
                            let row = self.row.skip(tap * channels);
                            for channel in 0..channels {
                                G::rolled();
                                let inside = ix < width;
                                row.set(
                                    channel,
                                    match inside {
                                        true => source.get(ix * channels + channel),
                                        false => self.zero_point as i8,
                                    },
                                );
                            }
                        }
                    }
                    if !G::is_word(channels) {
                        self.source.widen::<STRIDE>(self.row.as_src(), column, geometry.run());
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod test;
