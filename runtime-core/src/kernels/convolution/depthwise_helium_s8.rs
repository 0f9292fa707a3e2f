//! Depthwise convolution of int8 activations with int8 weights for cores with Helium, one output channel for each input channel.
//!
//! Eight channels of an output position at a time. Windows that leave the image are gathered into working memory, where taps outside
//! it are the zero point; the others are read in place. Arithmetic: docs/arithmetic.md, DEPTHWISE_CONV_2D.

use core::marker::PhantomData;
use core::ops::Range;

use tinyml_arith::helium::{Constants, OCTET};
use tinyml_arith::overlap::{Blocks, Gaps};
use tinyml_arith::size::product;

pub use super::conv2d::Shape;
use super::conv2d::{self, check, elements, window};
use crate::arch::helium::Form;
use crate::arch::helium::depthwise::{Windows, octet};
use crate::arch::helium::memory::{copy, fill};
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
    /// Byte offset of the working memory, a window if one leaves the image; must not overlap the others.
    const SCRATCH: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn taps<S: Shape>() -> usize {
    product(S::KERNEL)
}

/// How far the result may lie over the operand: of eight channels, all that is read is read before the first is written.
pub(crate) const fn gaps<S: Shape>() -> Gaps {
    conv2d::gaps::<S>(1, Blocks::CHANNEL).only_forwards()
}

/// Bytes of working memory.
const fn scratch_bytes<S: Shape>() -> usize {
    if window::<S>().has_border() { product([taps::<S>(), S::INPUT[2]]) } else { 0 }
}

const fn check_layer<L: Layer, M: Memory>() {
    check::<L::Shape>();
    let channels = L::Shape::INPUT[2];
    assert!(
        !matches!(L::Shape::CONSTANTS, Constants::Common),
        "the kernel has a multiplier for each channel"
    );
    assert!(
        L::Shape::GROUPS == channels && L::Shape::OUTPUT[2] == channels,
        "the convolution is not depthwise with one output channel for each input channel"
    );
    let (input, output) = (elements(L::Shape::INPUT), elements(L::Shape::OUTPUT));
    let scratch = scratch_bytes::<L::Shape>();
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    check_buffer::<i8>(L::SCRATCH, scratch, M::REGIONS);
    check_overlap(gaps::<L::Shape>(), (L::INPUT, input), (L::OUTPUT, output), false);
    check_disjoint(L::INPUT, input, L::SCRATCH, scratch);
    check_disjoint(L::OUTPUT, output, L::SCRATCH, scratch);
    check_params::<L::Shape>(&L::PARAMS, OCTET, taps::<L::Shape>());
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

/// Carries out some of the layer's rows, in the order in which [`run`] takes them: all of them are what `run` does.
#[inline(always)]
pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scratch) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe { convolve_part::<L::Shape>(input, output, scratch, const { &L::PARAMS }, from..to) }
}

/// The windows of a layer.
struct Image<S>(PhantomData<S>);

impl<S: Shape> Windows for Image<S> {
    const TAPS: [usize; 2] = S::KERNEL;
    const FORM: Form = form::<S>();
}

/// # Safety
/// Operand, result, working memory and constants have the lengths of the shape; the result overlaps the operand no further than [`gaps`]
/// says, and nothing else overlaps.
#[inline(never)]
unsafe fn convolve<S: Shape>(input: Src<i8>, output: Dst<i8>, scratch: Dst<i8>, params: &'static Params) {
    // SAFETY: the caller's.
    unsafe { some_rows::<S>(input, output, scratch, params, 0..opaque(S::OUTPUT[0])) }
}

/// Some of its rows.
///
/// # Safety
/// As for [`convolve`].
#[inline(never)]
unsafe fn convolve_part<S: Shape>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<i8>,
    params: &'static Params,
    steps: Range<usize>,
) {
    let steps = within(steps, S::OUTPUT[0]);
    // SAFETY: the caller's; there are the rows.
    unsafe {
        let output = output.skip(steps.start * S::OUTPUT[1] * S::OUTPUT[2]);
        some_rows::<S>(input, output, scratch, params, steps);
    }
}

/// # Safety
/// As for [`convolve`]; there are the rows, and `output` is the place of the first.
#[inline(always)]
unsafe fn some_rows<S: Shape>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<i8>,
    params: &'static Params,
    steps: Range<usize>,
) {
    let geometry = const { window::<S>() };
    let (rows, columns) = const { (window::<S>().interior(0), window::<S>().interior(1)) };
    let [_, width, channels] = S::INPUT;
    let mut output = output;
    for y in steps {
        rolled();
        // Opaque, or the code would be there for rows of each kind.
        let end = opaque(if rows.0 <= y && y < rows.1 { columns.1 } else { 0 });
        let iy = geometry.position(0, y, 0);
        for x in 0..opaque(S::OUTPUT[1]) {
            rolled();
            // One piece of code for windows in the image and for those that are put together.
            // SAFETY: the caller's; up to `end` the whole window of the output position is in the image, and
            // the working memory has room for one.
            unsafe {
                let (window, steps) = if const { !window::<S>().has_border() } || (columns.0 <= x && x < end)
                {
                    let ix = geometry.position(1, x, 0);
                    let steps = [S::DILATION[0] * width * channels, S::DILATION[1] * channels];
                    (input.skip((iy * width + ix) * channels), steps)
                } else {
                    gather::<S>(input, params.input_zero_point as i8, y, x, scratch);
                    (scratch.as_src(), [S::KERNEL[1] * channels, channels])
                };
                position::<S>(window, steps, output, params);
                output = output.skip(channels);
            }
        }
    }
}

/// All channels of an output position, from a window that begins at `first`.
///
/// # Safety
/// As for [`convolve`]; the window lies where its steps say.
#[inline(always)]
unsafe fn position<S: Shape>(first: Src<i8>, steps: [usize; 2], output: Dst<i8>, params: &'static Params) {
    let taps = const { taps::<S>() };
    let channels = S::INPUT[2];
    let (weights, all): (Src<i8>, Src<i32>) = (params.weights.into(), params.constants.into());
    // SAFETY: the caller's; the octets' constants follow each other.
    unsafe {
        let group = channels / OCTET;
        if group > 0 {
            octet::<Image<S>, OCTET>(first, steps, weights, all, output, params.clamp, group);
        }
        macro_rules! rest {
            ($($live:literal)*) => {
                match const { S::INPUT[2] % OCTET } {
                    $($live => {
                        octet::<Image<S>, $live>(
                            first.skip(group * OCTET),
                            steps,
                            weights.skip(group * OCTET * taps),
                            all.skip(group * const { S::CONSTANTS.group_words(OCTET) }),
                            output.skip(group * OCTET),
                            params.clamp,
                            1,
                        );
                    })*
                    _ => {}
                }
            };
        }
        rest!(1 2 3 4 5 6 7);
    }
}

/// Puts the window of an output position together.
///
/// # Safety
/// `window` has room for it; (y, x) is an output position.
#[inline(never)]
unsafe fn gather<S: Shape>(input: Src<i8>, zero_point: i8, y: usize, x: usize, window: Dst<i8>) {
    let geometry = const { conv2d::window::<S>() };
    let [height, width, channels] = S::INPUT;
    for ky in 0..opaque(S::KERNEL[0]) {
        rolled();
        let iy = geometry.position(0, y, ky);
        for kx in 0..opaque(S::KERNEL[1]) {
            rolled();
            let ix = geometry.position(1, x, kx);
            // SAFETY: only taps in the image are read; the window has room for each.
            unsafe {
                let tap = window.skip((ky * S::KERNEL[1] + kx) * channels);
                if iy < height && ix < width {
                    copy(input.skip((iy * width + ix) * channels), tap, channels);
                } else {
                    fill(zero_point, tap, channels);
                }
            }
        }
    }
}

#[cfg(test)]
mod test;
