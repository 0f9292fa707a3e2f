//! Depthwise convolution of int8 activations with int8 weights, by the DSP instructions.
//!
//! Each input channel is convolved by itself: output channel `c` reads input channel `c / (C_out / C_in)`. The semantics is
//! that of `depthwise_s8` for constants that the compiler has put into the form of `tinyml_arith::high_mul`. How it walks, and
//! why the result may lie over the operand: `tinyml_arith::line_walk`.
//!
//! Widening to 16 bits happens once for each element of a block of four or two channels instead of once for each tap, and joins two
//! lines, so that SMLAD carries out two taps. The constants of a channel stay in registers for a whole line.

mod gather;
mod three_by_three;
mod window;

use core::ops::Range;

use tinyml_arith::line_walk::LineWalk;
use tinyml_arith::overlap::Place;
use tinyml_arith::size::product;
use tinyml_arith::{Clamp, HighMul};

use super::conv2d;
use crate::arch::{opaque, rolled};
use crate::arena::{Dst, Src, check_disjoint};
use crate::kernels::part::within;
use crate::memory::{Memory, check_buffer};
use window::Window;

/// Geometry and form of a layer.
pub trait Shape {
    /// Height, width and channels of the operand; at least a block of channels.
    const INPUT: [usize; 3];
    /// Height, width and channels of the result.
    const OUTPUT: [usize; 3];
    /// Height and width of the kernel.
    const KERNEL: [usize; 2];
    /// Steps between output positions, in rows and columns of the operand.
    const STRIDE: [usize; 2] = [1, 1];
    /// Steps between kernel taps, in rows and columns of the operand.
    const DILATION: [usize; 2] = [1, 1];
    /// Rows above and columns to the left of the image that count as zero.
    const PADDING: [usize; 2] = [0, 0];
    /// Number of input channels.
    const GROUPS: usize;
    /// The axis along which the kernel walks: 0, down the columns; 1, along the rows.
    const WALK: usize = 1;
    /// Pair lines in the window.
    const PAIRS: usize;
    /// Channels that are widened at a time, 2 or 4.
    const BLOCK: usize = 4;
    /// Form of the requantisation.
    const FORM: HighMul = HighMul::Floor;
    /// Shift of the requantisation, for all channels; beyond 31, each channel has its own in `Params`.
    const SHIFT: usize = 0;
    /// Whether results are clamped to less than the range of int8.
    const CLAMPED: bool = false;
}

/// Constants of a layer.
pub struct Params {
    /// `[C_out][K_h][K_w]` if the kernel walks along the columns, `[C_out][K_w][K_h]` if along the rows: taps across the
    /// lines are neighbours.
    pub weights: &'static [i8],
    /// Per output channel, with `-input_zero_point * Σ w` and the form's addition folded in.
    pub bias: &'static [i32],
    /// Factor of the requantisation, per output channel.
    pub multipliers: &'static [i32],
    /// Offset of the requantisation, per output channel.
    pub offsets: &'static [i32],
    /// Shift of the requantisation, per output channel; empty if `Shape::SHIFT` is for all.
    pub shifts: &'static [i8],
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
    /// Byte offset of the result; may be that of the operand, whatever their sizes, if `LineWalk::in_place` says so.
    const OUTPUT: usize;
    /// Byte offset of `LineWalk::scratch_bytes` of working memory.
    const SCRATCH: usize;
    /// Constants.
    const PARAMS: Params;
}

/// A shape as all convolutions have it.
struct Plain<S>(core::marker::PhantomData<S>);

impl<S: Shape> conv2d::Shape for Plain<S> {
    const INPUT: [usize; 3] = S::INPUT;
    const OUTPUT: [usize; 3] = S::OUTPUT;
    const KERNEL: [usize; 2] = S::KERNEL;
    const STRIDE: [usize; 2] = S::STRIDE;
    const DILATION: [usize; 2] = S::DILATION;
    const PADDING: [usize; 2] = S::PADDING;
    const GROUPS: usize = S::GROUPS;
}

/// The geometry along the lines.
pub(crate) const fn walk<S: Shape>() -> LineWalk {
    LineWalk {
        input: S::INPUT,
        output: S::OUTPUT,
        kernel: S::KERNEL,
        stride: S::STRIDE,
        dilation: S::DILATION,
        padding: S::PADDING,
        walk: S::WALK,
        pairs: S::PAIRS,
        block: S::BLOCK,
    }
}

/// Elements between neighbours along an axis of an image.
const fn step([_, width, channels]: [usize; 3], axis: usize) -> usize {
    if axis == 0 { product([width, channels]) } else { channels }
}

/// Whether each channel has a shift of its own.
const fn own_shifts<S: Shape>() -> bool {
    S::SHIFT > 31
}

const fn check_layer<L: Layer, M: Memory>() {
    let (geometry, params) = (walk::<L::Shape>(), &L::PARAMS);
    geometry.check();
    conv2d::check::<Plain<L::Shape>>();
    let channels = L::Shape::OUTPUT[2];
    assert!(L::Shape::GROUPS == L::Shape::INPUT[2], "the convolution is not depthwise");
    assert!(geometry.block == 2 || geometry.block == 4, "there is no such block of channels");
    assert!(L::Shape::GROUPS >= geometry.block, "the image has fewer channels than a block");
    assert!(geometry.pairs >= geometry.min_pairs(), "the window is smaller than the kernel");
    let (input, output) = (conv2d::elements(L::Shape::INPUT), conv2d::elements(L::Shape::OUTPUT));
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, output, M::REGIONS);
    let scratch = geometry.scratch_bytes();
    check_buffer::<u32>(L::SCRATCH, scratch / 4, M::REGIONS);
    check_disjoint(L::INPUT, input, L::SCRATCH, scratch);
    check_disjoint(L::OUTPUT, output, L::SCRATCH, scratch);
    let operand = Place { offset: L::INPUT, bytes: input };
    assert!(
        geometry.permits(operand, Place { offset: L::OUTPUT, bytes: output }),
        "the kernel would overwrite its operand before it has read it"
    );
    assert!(
        params.weights.len() == conv2d::weights::<Plain<L::Shape>>(),
        "the weights do not have the shape's length"
    );
    assert!(params.bias.len() == channels, "there is not one bias per output channel");
    assert!(params.multipliers.len() == channels, "there is not one multiplier per output channel");
    assert!(params.offsets.len() == channels, "there is not one offset per output channel");
    let shifts = if own_shifts::<L::Shape>() { channels } else { 0 };
    assert!(params.shifts.len() == shifts, "the number of shifts does not fit the shape");
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

/// Carries out some of the steps of [`run`], in its order, in each of which it fills the window once; all of them are what `run` does.
#[inline(always)]
pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, scratch) =
        (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst::<u32>(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe { convolve_part::<L::Shape>(input, output, scratch, const { &L::PARAMS }, from..to) }
}

/// What a channel's results are made with.
#[derive(Clone, Copy)]
struct Channel {
    bias: i32,
    multiplier: i32,
    offset: i32,
    shift: u32,
    /// The widened weights, or what a special form takes.
    weights: Src<i8>,
}

/// # Safety
/// Operand, result, scratch and constants have the lengths of the shape; the result overlaps the operand no more than
/// `check_layer` allows, and neither overlaps the scratch memory.
#[inline(never)]
unsafe fn convolve<S: Shape>(input: Src<i8>, output: Dst<i8>, scratch: Dst<u32>, params: &'static Params) {
    // SAFETY: the caller's; all of it.
    unsafe { blocks::<S, false>(input, output, scratch, params, 0..0) }
}

/// Some of the windows of blocks of channels.
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
    let steps = within(steps, const { walk::<S>().steps() });
    if !steps.is_empty() {
        // SAFETY: the caller's; the steps are some that there are.
        unsafe { blocks::<S, true>(input, output, scratch, params, steps) }
    }
}

/// All blocks of channels or, if it is a `PART`, those steps of them: a step fills the window once, and makes the lines that it covers. What the
/// window holds stays from one step to the next.
///
/// # Safety
/// As for [`convolve`]; a part has steps, which are some of `LineWalk::steps`.
#[inline(always)]
unsafe fn blocks<S: Shape, const PART: bool>(
    input: Src<i8>,
    output: Dst<i8>,
    scratch: Dst<u32>,
    params: &'static Params,
    steps: Range<usize>,
) {
    let geometry = const { walk::<S>() };
    // Opaque, or the loop's body would be there once for each window.
    let lines = opaque(const { S::OUTPUT[walk::<S>().across()] });
    let multiplicity = const { S::OUTPUT[2] / S::GROUPS };
    // SAFETY: the window, the word of padding and the weights are `scratch_bytes`; channels and lines below are those of
    // the shape.
    unsafe {
        let mut window = match PART && steps.start > 0 {
            true => Window::<S>::begun(scratch),
            false => Window::<S>::new(scratch, params.input_zero_point),
        };
        let (mut done, mut step) = (0, 0);
        if PART {
            let block = steps.start / const { walk::<S>().fills() };
            (done, step) = (block * S::BLOCK, block * const { walk::<S>().fills() });
        }
        while done < S::GROUPS {
            // The last block begins early enough to lie in the image; its first channels are done.
            let base = if done + S::BLOCK <= S::GROUPS { done } else { S::GROUPS - S::BLOCK };
            let (mut line, mut first, mut loaded) = (0, 0, 0);
            while line < lines {
                if PART && step >= steps.end {
                    return;
                }
                // What comes before the part is only counted.
                let is_own = !PART || step >= steps.start;
                let last = (first + geometry.pairs).min(const { walk::<S>().all_pairs() });
                while loaded < last {
                    if is_own {
                        window.load(input.skip(base), loaded, loaded - first);
                    }
                    loaded += 1;
                }
                let end = geometry.lines_end(first);
                if is_own {
                    for plane in done - base..opaque(S::BLOCK) {
                        rolled();
                        for copy in 0..multiplicity {
                            rolled();
                            let channel = (base + plane) * multiplicity + copy;
                            channel_lines::<S>(&window, output, params, plane, channel, first, line, end);
                        }
                    }
                }
                line = end;
                step += 1;
                if line >= lines {
                    break;
                }
                let next = geometry.first_pair(line);
                if is_own {
                    window.advance(next - first, loaded.saturating_sub(next));
                }
                first = next;
                loaded = loaded.max(next);
            }
            done = base + S::BLOCK;
        }
    }
}

/// The output lines `line..end` of one output channel from the plane of its operand.
///
/// # Safety
/// As for [`convolve`]; the window begins at pair line `first` and holds what the lines read.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "a part of `convolve`, inlined into it")]
unsafe fn channel_lines<S: Shape>(
    window: &Window<S>,
    output: Dst<i8>,
    params: &'static Params,
    plane: usize,
    channel: usize,
    first: usize,
    line: usize,
    end: usize,
) {
    let taps = const { S::KERNEL[0] * S::KERNEL[1] };
    // SAFETY: one constant of each kind and `taps` weights per output channel; results lie in the output.
    unsafe {
        let constants = Channel {
            bias: Src::from(params.bias).get(channel),
            multiplier: Src::from(params.multipliers).get(channel),
            offset: Src::from(params.offsets).get(channel),
            shift: match own_shifts::<S>() {
                true => Src::from(params.shifts).get(channel) as u32,
                false => S::SHIFT as u32,
            },
            weights: Src::from(params.weights).skip(channel * taps),
        };
        let plane = window.plane(plane);
        let out = output.skip(channel);
        if const { three_by_three::fits::<S>() } {
            three_by_three::lines::<S>(plane, out, &constants, first, line, end);
        } else {
            gather::lines::<S>(plane, window.weights(), out, &constants, params.clamp, first, line, end);
        }
    }
}

#[cfg(test)]
mod test;
