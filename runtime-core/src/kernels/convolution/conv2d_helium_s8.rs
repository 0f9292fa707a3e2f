//! Convolution of int8 activations with int8 weights for cores with Helium: any window, one group.
//!
//! The windows of up to three output positions are gathered into working memory, where taps outside the image are the zero point, and
//! multiplied with the weights of all output channels. Positions go in row-major order; the windows of a block are read before its
//! first result is written. Arithmetic: docs/arithmetic.md, CONV_2D.

use core::marker::PhantomData;
use core::ops::Range;

use tinyml_arith::helium::{BLOCKS, POSITIONS, QUAD, column_bytes, fits};
use tinyml_arith::overlap::Gaps;
use tinyml_arith::size::product;

pub use super::conv2d::Shape;
use super::conv2d::{self, check, elements, window};
use crate::arch::helium::Form;
use crate::arch::helium::memory::{copy, fill};
use crate::arch::helium::product::{Product, rows};
use crate::arch::{opaque, rolled};
use crate::arena::{Dst, Src, check_disjoint, check_overlap};
pub use crate::kernels::helium::Params;
use crate::kernels::helium::{check_params, form};
use crate::kernels::part::within;
use crate::memory::{Memory, check_buffer};

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may lie over the operand as far as the order of work allows it (see `tinyml_arith::overlap`).
    const OUTPUT: usize;
    /// Byte offset of the working memory; must not overlap the others.
    const SCRATCH: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn taps<S: Shape>() -> usize {
    product([S::KERNEL[0], S::KERNEL[1], S::INPUT[2]])
}

/// How far the result may lie over the operand.
pub(crate) const fn gaps<S: Shape>() -> Gaps {
    conv2d::gaps::<S>(1, BLOCKS).only_forwards()
}

/// Bytes of working memory.
const fn scratch_bytes<S: Shape>() -> usize {
    let positions = product([S::OUTPUT[0], S::OUTPUT[1]]);
    product([if positions < POSITIONS { positions } else { POSITIONS }, column_bytes(taps::<S>())])
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    assert!(L::Shape::GROUPS == 1, "the kernel has no groups");
    assert!(fits(taps::<L::Shape>(), L::Shape::OUTPUT[2], POSITIONS), "the layer is too wide for the kernel");
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    let scratch = scratch_bytes::<L::Shape>();
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_buffer::<i8>(L::SCRATCH, scratch, M::REGIONS);
    check_overlap(gaps::<L::Shape>(), (L::INPUT, input), (L::OUTPUT, output), false);
    check_disjoint(L::INPUT, input, L::SCRATCH, scratch);
    check_disjoint(L::OUTPUT, output, L::SCRATCH, scratch);
    check_params::<L::Shape>(&L::PARAMS, QUAD, taps::<L::Shape>());
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scratch) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe { convolve::<L::Shape>(input, output, scratch, const { &L::PARAMS }) }
}

/// Carries out some of the layer's blocks of positions, in the order in which [`run`] takes them: all of them are what `run` does.
#[inline(always)]
pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scratch) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe { convolve_part::<L::Shape>(input, output, scratch, const { &L::PARAMS }, from..to) }
}

/// The product of a layer.
struct Columns<S>(PhantomData<S>);

impl<S: Shape> Product for Columns<S> {
    const TAPS: usize = taps::<S>();
    const CHANNELS: usize = S::OUTPUT[2];
    const FORM: Form = form::<S>();
}

/// # Safety
/// Operand, result, working memory and constants have the lengths of the shape; the result overlaps the operand no further than [`gaps`]
/// says, and nothing else overlaps.
#[inline(never)]
unsafe fn convolve_part<S: Shape>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<i8>,
    params: &'static Params,
    steps: Range<usize>,
) {
    let positions = const { S::OUTPUT[0] * S::OUTPUT[1] };
    let steps = within(steps, positions.div_ceil(POSITIONS));
    let first = steps.start * POSITIONS;
    let mut walk = Walk { input, zero_point: params.input_zero_point as i8, y: 0, x: first, position: first };
    while walk.x >= S::OUTPUT[1] {
        rolled();
        (walk.y, walk.x) = (walk.y + 1, walk.x - S::OUTPUT[1]);
    }
    for step in steps {
        rolled();
        // SAFETY: the caller's; there is the block, and the walk is at its first position.
        unsafe {
            let output = output.skip(step * POSITIONS * S::OUTPUT[2]);
            if (step + 1) * POSITIONS <= positions {
                block::<S, POSITIONS>(&mut walk, output, scratch, params);
                continue;
            }
            match const { S::OUTPUT[0] * S::OUTPUT[1] % POSITIONS } {
                0 => {}
                1 => block::<S, 1>(&mut walk, output, scratch, params),
                _ => block::<S, 2>(&mut walk, output, scratch, params),
            }
        }
    }
}

/// # Safety
/// As for [`convolve_part`].
#[inline(never)]
unsafe fn convolve<S: Shape>(input: Src<i8>, output: Dst<i8>, scratch: Dst<i8>, params: &'static Params) {
    let positions = const { S::OUTPUT[0] * S::OUTPUT[1] };
    let mut walk = Walk { input, zero_point: params.input_zero_point as i8, y: 0, x: 0, position: 0 };
    let mut output = output;
    // SAFETY: the walk ends with the last position; the result advances with it.
    unsafe {
        for _ in 0..opaque(positions / POSITIONS) {
            rolled();
            block::<S, POSITIONS>(&mut walk, output, scratch, params);
            output = output.skip(POSITIONS * S::OUTPUT[2]);
        }
        match const { S::OUTPUT[0] * S::OUTPUT[1] % POSITIONS } {
            0 => {}
            1 => block::<S, 1>(&mut walk, output, scratch, params),
            _ => block::<S, 2>(&mut walk, output, scratch, params),
        }
    }
}

/// The next `P` positions.
///
/// # Safety
/// As for [`convolve`]; there are as many positions left, and `output` is the place of the first one's results.
#[inline(always)]
unsafe fn block<S: Shape, const P: usize>(
    walk: &mut Walk,
    output: Dst<i8>,
    scratch: Dst<i8>,
    params: &'static Params,
) {
    // SAFETY: the caller's.
    unsafe {
        walk.gather::<S, P>(scratch);
        rows::<Columns<S>, P>(
            scratch.as_src(),
            params.weights.into(),
            params.constants.into(),
            output,
            params.clamp,
        );
    }
}

/// Goes over the output positions in row-major order and gathers their windows.
struct Walk {
    input: Src<i8>,
    zero_point: i8,
    y: usize,
    x: usize,
    position: usize,
}

impl Walk {
    /// The windows of the next `P` positions, as columns.
    ///
    /// # Safety
    /// There are as many positions left, and room for the columns.
    #[inline(always)]
    unsafe fn gather<S: Shape, const P: usize>(&mut self, columns: Dst<i8>) {
        let [_, _, channels] = S::INPUT;
        // SAFETY: the caller's.
        unsafe {
            if const { is_contiguous::<S>() } {
                copy(self.input.skip(self.position * channels), columns, P * channels);
                self.position += P;
                return;
            }
            for column in 0..P {
                self.window::<S>(columns.skip(column * const { column_bytes(taps::<S>()) }));
                self.x += 1;
                if self.x == S::OUTPUT[1] {
                    (self.y, self.x) = (self.y + 1, 0);
                }
            }
        }
    }

    /// The window of the present position.
    ///
    /// # Safety
    /// As for [`Walk::gather`].
    #[inline(always)]
    unsafe fn window<S: Shape>(&self, column: Dst<i8>) {
        let geometry = const { window::<S>() };
        let [_, width, channels] = S::INPUT;
        let run = const { S::KERNEL[1] * S::INPUT[2] };
        let (rows, columns) = const { (window::<S>().interior(0), window::<S>().interior(1)) };
        let is_inside = const { !window::<S>().has_border() }
            || (rows.0 <= self.y && self.y < rows.1 && columns.0 <= self.x && self.x < columns.1);
        // SAFETY: inside, the whole window is in the image; the column has room for all taps.
        unsafe {
            if is_inside && (S::DILATION[1] == 1 || S::KERNEL[1] == 1) {
                let (iy, ix) = (geometry.position(0, self.y, 0), geometry.position(1, self.x, 0));
                for ky in 0..S::KERNEL[0] {
                    let row = iy + ky * S::DILATION[0];
                    copy(self.input.skip((row * width + ix) * channels), column.skip(ky * run), run);
                }
            } else {
                self.border::<S>(column);
            }
        }
    }

    /// The window of the present position, tap by tap.
    ///
    /// # Safety
    /// As for [`Walk::gather`].
    #[inline(never)]
    unsafe fn border<S: Shape>(&self, column: Dst<i8>) {
        let geometry = const { window::<S>() };
        let [height, width, channels] = S::INPUT;
        for ky in 0..opaque(S::KERNEL[0]) {
            rolled();
            let iy = geometry.position(0, self.y, ky);
            for kx in 0..opaque(S::KERNEL[1]) {
                rolled();
                let ix = geometry.position(1, self.x, kx);
                // SAFETY: only taps in the image are read, and the column has room for all taps.
                unsafe {
                    let column = column.skip((ky * S::KERNEL[1] + kx) * channels);
                    if iy < height && ix < width {
                        copy(self.input.skip((iy * width + ix) * channels), column, channels);
                    } else {
                        fill(self.zero_point, column, channels);
                    }
                }
            }
        }
    }
}

/// Whether the image is its own columns: a pointwise convolution whose channels fill vectors.
const fn is_contiguous<S: Shape>() -> bool {
    let pointwise = product(S::KERNEL) == 1 && product(S::STRIDE) == 1;
    pointwise && !window::<S>().has_border() && column_bytes(S::INPUT[2]) == S::INPUT[2]
}

#[cfg(test)]
mod test;
