//! What the blocks of assembly do, in Rust.

use tinyml_arith::helium::{OCTET, OCTET_ORDER, QUAD, column_bytes, weight_place};
use tinyml_arith::{Clamp, HighMul};

use super::depthwise::Windows;
use super::product::Product;
use crate::arena::{Dst, Src};

/// The requantisation of one sum as the blocks do it: constants of a channel are a multiplier, an offset and the negated shift.
fn finish(form: HighMul, sum: i32, [multiplier, offset, left]: [i32; 3], clamp: Clamp) -> i8 {
    clamp.apply(form.apply(sum, multiplier, offset, left.wrapping_neg() as u32)) as i8
}

/// The first `LIVE` of four channels at `P` positions.
///
/// # Safety
/// As for `product::rows`, for these channels.
#[inline(always)]
pub(crate) unsafe fn quad_of<S: Product, const P: usize, const LIVE: usize>(
    columns: Src<i8>,
    weights: Src<i8>,
    constants: Src<i32>,
    output: Dst<i8>,
    clamp: Clamp,
) {
    for position in 0..P {
        for channel in 0..LIVE {
            // SAFETY: the caller's.
            unsafe {
                let mut sum = constants.get(channel);
                for tap in 0..S::TAPS {
                    let weight = weights.get(weight_place(S::TAPS, channel, tap));
                    let x = columns.get(position * column_bytes(S::TAPS) + tap);
                    sum = sum.wrapping_add(i32::from(weight) * i32::from(x));
                }
                let constant = |which: usize| constants.get(which * QUAD + channel);
                let result = finish(S::FORM, sum, [constant(1), constant(2), constant(3)], clamp);
                output.set(position * S::CHANNELS + channel, result);
            }
        }
    }
}

/// The first `LIVE` of eight channels. The window's first tap is at `window`, the next column `column` bytes on, the next row `row`.
/// Weights are `[tap][8]`, constants eight of each kind in the order of `OCTET_ORDER`.
///
/// # Safety
/// The window, the results, and weights and constants of eight channels are there. Results may lie over the window.
#[inline(always)]
pub(crate) unsafe fn octet<S: Windows, const LIVE: usize>(
    window: Src<i8>,
    [row, column]: [usize; 2],
    weights: Src<i8>,
    constants: Src<i32>,
    output: Dst<i8>,
    clamp: Clamp,
) {
    let mut results = [0; OCTET];
    for (place, &channel) in OCTET_ORDER.iter().enumerate().filter(|(_, channel)| **channel < LIVE) {
        // SAFETY: the caller's.
        unsafe {
            let mut sum = constants.get(place);
            for y in 0..S::TAPS[0] {
                for x in 0..S::TAPS[1] {
                    let weight = weights.get((y * S::TAPS[1] + x) * OCTET + channel);
                    let pixel = window.get(y * row + x * column + channel);
                    sum = sum.wrapping_add(i32::from(weight) * i32::from(pixel));
                }
            }
            let constant = |which: usize| constants.get(which * OCTET + place);
            results[channel] = finish(S::FORM, sum, [constant(1), constant(2), constant(3)], clamp);
        }
    }
    for (channel, &result) in results.iter().enumerate().take(LIVE) {
        // SAFETY: the caller's.
        unsafe { output.set(channel, result) };
    }
}
