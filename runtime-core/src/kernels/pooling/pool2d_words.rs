//! Pooling of int8 by words of four channels: the DSP instructions add or compare the lanes of a word at once.

use super::pool2d::{Shape, window};
use crate::arch::dsp::NATIVE;
use crate::arena::{Dst, Src};

/// How four channels are folded at once, and one by itself where fewer are left.
pub(crate) trait Fold {
    /// State for four channels.
    type Four: Copy;
    /// The state before the first tap.
    const FOUR: Self::Four;
    /// The state of one channel before the first tap.
    const ONE: i32;
    /// Folds a word of four channels.
    fn four(state: Self::Four, word: u32) -> Self::Four;
    /// The four channels' states by themselves.
    fn lanes(state: Self::Four) -> [i32; 4];
    /// Folds one element.
    fn one(state: i32, x: i8) -> i32;
}

/// Whether the kernels pool by words: the core has the instructions. Tests on other machines run the emulation.
pub(crate) const BY_WORDS: bool = NATIVE || cfg!(test);

/// For each result element: folds over the taps in the image and finishes with their number.
///
/// # Safety
/// Operand and result have the lengths of the shape, for which `check` holds; the result overlaps the operand no further than
/// `pool2d::gaps` allows: reading four channels before the first of them is written asks for no more.
#[inline(always)]
pub(crate) unsafe fn pool<S: Shape, F: Fold, const BACKWARD: bool>(
    input: Src<i8>,
    output: Dst<i8>,
    finish: impl Fn(i32, usize) -> i8 + Copy,
) {
    const { window::<S>().split() }.for_each::<BACKWARD>(
        // SAFETY: the caller's; y and x are an output position whose whole window is in the image.
        |y, x| unsafe { position::<S, F, true, BACKWARD>(input, output, finish, y, x) },
        // SAFETY: the caller's; y and x are an output position.
        |y, x| unsafe { position::<S, F, false, BACKWARD>(input, output, finish, y, x) },
    );
}

/// All channels of one output position.
///
/// # Safety
/// As for [`pool`]; `y` and `x` are below the output's extents; `INNER` only if the whole window is in the image.
#[inline(always)]
unsafe fn position<S: Shape, F: Fold, const INNER: bool, const BACKWARD: bool>(
    input: Src<i8>,
    output: Dst<i8>,
    finish: impl Fn(i32, usize) -> i8,
    y: usize,
    x: usize,
) {
    let channels = S::INPUT[2];
    let place = (y * S::OUTPUT[1] + x) * channels;
    let four = |channel: usize| {
        let mut state = F::FOUR;
        // SAFETY: the taps are in the image, four channels lie behind each, and the position is one of the output's.
        unsafe {
            let taps = taps::<S, INNER>(y, x, |tap| state = F::four(state, input.word(tap + channel)));
            for (lane, folded) in F::lanes(state).into_iter().enumerate() {
                output.set(place + channel + lane, finish(folded, taps));
            }
        }
    };
    let one = |channel: usize| {
        let mut state = F::ONE;
        // SAFETY: as above.
        unsafe {
            let taps = taps::<S, INNER>(y, x, |tap| state = F::one(state, input.get(tap + channel)));
            output.set(place + channel, finish(state, taps));
        }
    };
    let (words, rest) = (channels / 4, channels % 4);
    if BACKWARD {
        (0..rest).rev().for_each(|i| one(4 * words + i));
        (0..words).rev().for_each(|i| four(4 * i));
    } else {
        (0..words).for_each(|i| four(4 * i));
        (0..rest).for_each(|i| one(4 * words + i));
    }
}

/// Visits the taps of an output position that are in the image, each by the place of its first channel; their number.
#[inline(always)]
fn taps<S: Shape, const INNER: bool>(y: usize, x: usize, mut visit: impl FnMut(usize)) -> usize {
    let window = const { window::<S>() };
    let [in_h, in_w, channels] = S::INPUT;
    let mut taps = 0;
    for ky in 0..S::KERNEL[0] {
        let iy = window.position(0, y, ky);
        for kx in 0..S::KERNEL[1] {
            let ix = window.position(1, x, kx);
            if INNER || (iy < in_h && ix < in_w) {
                visit((iy * in_w + ix) * channels);
                taps += 1;
            }
        }
    }
    // In the interior the number is a constant, and the division by it a multiplication.
    if INNER { S::KERNEL[0] * S::KERNEL[1] } else { taps }
}
