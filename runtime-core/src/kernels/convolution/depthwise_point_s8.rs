//! Depthwise convolution of int8 activations with int8 weights that has one output position, for cores without DSP instructions.
//!
//! The semantics is that of `depthwise_s8` for one result per channel, with neighbouring taps that are all in the image. Weights lie with the
//! channels innermost, as the activations do, so that one index walks through both. A channel's sum is finished before its result is
//! written, and the sums of some channels before they are requantised.

use tinyml_arith::Rounding;
use tinyml_arith::size::{product, sum};

use crate::arch::product::Widths;
use crate::arch::rescale::{self, rescale};
use crate::arena::{Dst, Src, bytes, check_disjoint};
use crate::kernels::scaling::{Form, WORDS, check_params};
pub use crate::kernels::scaling::{Params, Scaling};
use crate::memory::{Memory, check_buffer};

/// Geometry and form of a layer.
pub trait Shape {
    /// Channels of operand and result.
    const CHANNELS: usize;
    /// Taps of the window; those outside the image are left out, and what they add is in the biases.
    const TAPS: usize;
    /// Elements of the operand before the first tap's channels.
    const FIRST: usize = 0;
    /// Arithmetic of the requantisation.
    const ROUNDING: Rounding = Rounding::Double;
    /// The form of the requantisation.
    const SCALING: Scaling = Scaling::Exact;
    /// The magnitudes of all accumulators are below two to the power of this.
    const ACCUMULATOR_BITS: usize = 31;
    /// The multipliers are below two to the power of this.
    const MULTIPLIER_BITS: usize = 31;
}

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may be that of the operand if `Shape::FIRST` is a multiple of the channels.
    const OUTPUT: usize;
    /// Byte offset of the working memory: the sums of 16 channels, or of all if they are fewer.
    const SCRATCH: usize;
    /// Constants; weights `[taps][C]`.
    const PARAMS: Params;
}

/// Channels whose sums are kept before they are requantised.
const GROUP: usize = 16;

/// A layer as the loop over results sees it.
struct Of<S>(core::marker::PhantomData<S>);

impl<S: Shape> rescale::Spec for Of<S> {
    const FORM: Form = form::<S>();
    const POSITIONS: usize = 1;
    const PITCH: usize = S::CHANNELS;
}

const fn form<S: Shape>() -> Form {
    let widths = Widths { accumulator: S::ACCUMULATOR_BITS as u32, factor: S::MULTIPLIER_BITS as u32 };
    Form { scaling: S::SCALING, rounding: S::ROUNDING, widths, common: false }
}

/// Elements of the operand up to the last that is read.
pub(crate) const fn reach<S: Shape>() -> usize {
    assert!(S::TAPS > 0 && S::CHANNELS > 0, "the window has no taps, or the image no channels");
    sum([S::FIRST, product([S::TAPS, S::CHANNELS])])
}

/// Whether the result may begin where the operand does: a channel's result then overwrites that channel alone.
pub(crate) const fn in_place<S: Shape>() -> bool {
    S::FIRST.is_multiple_of(S::CHANNELS)
}

/// Sums that are kept.
pub(crate) const fn group<S: Shape>() -> usize {
    if S::CHANNELS < GROUP { S::CHANNELS } else { GROUP }
}

const fn check_layer<L: Layer, M: Memory>() {
    let (input, channels) = (reach::<L::Shape>(), L::Shape::CHANNELS);
    let sums = group::<L::Shape>();
    check_buffer::<i8>(L::INPUT, input, M::REGIONS);
    check_buffer::<i8>(L::OUTPUT, channels, M::REGIONS);
    check_buffer::<i32>(L::SCRATCH, sums, M::REGIONS);
    if !(in_place::<L::Shape>() && L::INPUT == L::OUTPUT) {
        check_disjoint(L::INPUT, input, L::OUTPUT, channels);
    }
    check_disjoint(L::INPUT, input, L::SCRATCH, bytes::<i32>(sums));
    check_disjoint(L::OUTPUT, channels, L::SCRATCH, bytes::<i32>(sums));
    check_params(&L::PARAMS, product([L::Shape::TAPS, channels]), channels, form::<L::Shape>());
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let mut cursor = memory.cursor();
    let (input, output, sums) = (cursor.src(L::INPUT), cursor.dst(L::OUTPUT), cursor.dst(L::SCRATCH));
    // SAFETY: `check_layer` holds.
    unsafe { convolve::<L::Shape>(input, output, sums, const { &L::PARAMS }) }
}

/// # Safety
/// Operand, result, sums and constants have the lengths of the shape; the result overlaps the operand no more than `check_layer` allows, and
/// neither overlaps the sums.
#[inline(never)]
unsafe fn convolve<S: Shape>(input: Src<i8>, output: Dst<i8>, sums: Dst<i32>, params: &'static Params) {
    let (weights, table) = (Src::from(params.weights), Src::from(params.channels));
    let mut first = 0;
    while first < S::CHANNELS {
        let end = if S::CHANNELS - first < GROUP { S::CHANNELS } else { first + GROUP };
        // SAFETY: the channels are the shape's, and no more than there are sums.
        unsafe {
            let window = Window {
                operands: input.skip(S::FIRST + first),
                weights: weights.skip(first),
                biases: table.skip(first * WORDS),
                sums,
                count: end - first,
            };
            sum_up::<S>(window);
            rescale::<Of<S>>(params, sums.as_src(), output, (first, end), 1);
        }
        first = end;
    }
}

/// Some neighbouring channels, each thing from the first of them on.
struct Window {
    operands: Src<i8>,
    weights: Src<i8>,
    /// The table of channels, in which each begins with its bias.
    biases: Src<i32>,
    sums: Dst<i32>,
    /// How many they are; not 0.
    count: usize,
}

/// `sums[channel] = bias[channel] + Σ weight[tap][channel] * operand[tap][channel]`, wrapping.
///
/// # Safety
/// The window is in the shape's operand, weights and table, and has room for the sums.
#[inline(always)]
unsafe fn sum_up<S: Shape>(window: Window) {
    #[cfg(all(target_arch = "arm", tinyml_core = "armv6m"))]
    // SAFETY: the caller's.
    unsafe {
        armv6m::sum_up::<S>(&armv6m::Job::new::<S>(&window));
    }
    #[cfg(not(all(target_arch = "arm", tinyml_core = "armv6m")))]
    for channel in 0..window.count {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = window.biases.get(channel * WORDS);
            let (operands, weights) = (window.operands.skip(channel), window.weights.skip(channel));
            for tap in 0..S::TAPS {
                let (x, w) = (operands.get(tap * S::CHANNELS), weights.get(tap * S::CHANNELS));
                sum = sum.wrapping_add(i32::from(x).wrapping_mul(i32::from(w)));
            }
            window.sums.set(channel, sum);
        }
    }
}

#[cfg(all(target_arch = "arm", tinyml_core = "armv6m"))]
mod armv6m {
    //! Seven cycles for a product, three more for four of them, and 17 for a channel.

    use super::{Shape, WORDS, Window};

    /// Products in a turn of the loop.
    const TURN: usize = 4;

    /// [`Window`] as the assembly reads it.
    #[repr(C)]
    pub(super) struct Job {
        operands: *const i8,
        weights: *const i8,
        /// From tap to tap.
        step: usize,
        /// From the first tap to the first that the turns leave.
        turns: usize,
        biases: *const i32,
        sums: *mut i32,
        sums_end: *mut i32,
    }

    impl Job {
        #[inline(always)]
        pub(super) fn new<S: Shape>(window: &Window) -> Self {
            Job {
                operands: window.operands.as_ptr(),
                weights: window.weights.as_ptr(),
                step: S::CHANNELS,
                turns: const { S::TAPS / TURN * TURN * S::CHANNELS },
                biases: window.biases.as_ptr(),
                sums: window.sums.as_ptr(),
                sums_end: window.sums.as_ptr().wrapping_add(window.count),
            }
        }
    }

    /// # Safety
    /// As for [`super::sum_up`].
    #[unsafe(naked)]
    pub(super) unsafe extern "C" fn sum_up<S: Shape>(job: &Job) {
        core::arch::naked_asm!(
            "push {{r4-r7, lr}}",
            "mov r4, r8",
            "mov r5, r9",
            "mov r6, r10",
            "push {{r4-r6}}",
            // r0: operands, r1: weights, r2: from tap to tap, r7: end of the turns, r8: biases, r9: sums, r10: their end.
            "mov r7, r0",
            "ldm r7!, {{r0-r6}}",
            "mov r7, r3",
            "mov r8, r4",
            "mov r9, r5",
            "mov r10, r6",
            // A channel. r3: from its first tap to the present one, r6: the sum.
            "2:",
            "mov r4, r8",
            "ldr r6, [r4]",
            "adds r4, #{bias_step}",
            "mov r8, r4",
            "movs r3, #0",
            ".if {turns}",
            "3:",
            ".rept {turn}",
            "ldrsb r4, [r0, r3]",
            "ldrsb r5, [r1, r3]",
            "muls r4, r5, r4",
            "adds r6, r6, r4",
            "adds r3, r3, r2",
            ".endr",
            "cmp r3, r7",
            "bne 3b",
            ".endif",
            ".rept {rest}",
            "ldrsb r4, [r0, r3]",
            "ldrsb r5, [r1, r3]",
            "muls r4, r5, r4",
            "adds r6, r6, r4",
            "adds r3, r3, r2",
            ".endr",
            "mov r4, r9",
            "stm r4!, {{r6}}",
            "mov r9, r4",
            "adds r0, #1",
            "adds r1, #1",
            "cmp r4, r10",
            "bne 2b",
            "pop {{r4-r6}}",
            "mov r8, r4",
            "mov r9, r5",
            "mov r10, r6",
            "pop {{r4-r7, pc}}",
            bias_step = const WORDS * 4,
            turn = const TURN,
            turns = const S::TAPS / TURN,
            rest = const S::TAPS % TURN,
        )
    }
}

#[cfg(test)]
mod test;
