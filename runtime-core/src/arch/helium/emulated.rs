//! What the blocks of assembly do, in Rust.

use tinyml_arith::helium::{Constants, OCTET, OCTET_ORDER, QUAD, column_bytes, quad_weights, weight_place};
use tinyml_arith::{Clamp, HighMul};

use super::depthwise::Windows;
use super::product::{Beside, Product};
use crate::arena::{Dst, Src};

/// The requantisation of one sum as the blocks do it: constants of a channel are a multiplier, an offset and the negated shift.
fn finish(form: HighMul, sum: i32, [multiplier, offset, left]: [i32; 3], clamp: Clamp) -> i8 {
    clamp.apply(form.apply(sum, multiplier, offset, left.wrapping_neg() as u32)) as i8
}

/// Multiplier, offset and negated shift of a channel of a group of `count`, which are not common to all.
///
/// # Safety
/// The group has its constants, and the channel is one of them.
unsafe fn own(group: Src<i32>, how: Constants, count: usize, channel: usize) -> [i32; 3] {
    let wide = matches!(how, Constants::Wide);
    // SAFETY: the caller's.
    unsafe {
        let shifts = group.cast::<i8>().skip(count * if wide { 12 } else { 10 });
        let offset = match wide {
            true => group.get(2 * count + channel),
            false => {
                let halfword = group.cast::<i8>().skip(8 * count + 2 * channel);
                i16::from_le_bytes([halfword.get(0) as u8, halfword.get(1) as u8]).into()
            }
        };
        [group.get(count + channel), offset, shifts.get(channel).into()]
    }
}

/// The first `LIVE` of four channels at `P` positions; of all four, for so many fours of channels (not 0) one after the other.
///
/// # Safety
/// As for `product::rows`, for these channels.
#[inline(always)]
pub(crate) unsafe fn quad_of<S: Product, const P: usize, const LIVE: usize>(
    columns: Src<i8>,
    weights: Src<i8>,
    constants: Src<i32>,
    output: Dst<i8>,
    beside: Beside<'_>,
    quads: usize,
) {
    for (quad, position, channel) in each(quads, P, LIVE) {
        // SAFETY: the caller's.
        unsafe {
            let weights = weights.skip(quad * quad_weights(S::TAPS));
            let constants = constants.skip(quad * S::FORM.constants.group_words(QUAD));
            let output = output.skip(quad * QUAD);
            let mut sum = constants.get(channel);
            for tap in 0..S::TAPS {
                let weight = weights.get(weight_place(S::TAPS, channel, tap));
                let x = columns.get(position * column_bytes(S::TAPS) + tap);
                sum = sum.wrapping_add(i32::from(weight) * i32::from(x));
            }
            let (own, clamp) = match beside {
                Beside::Clamp(clamp) => (own(constants, S::FORM.constants, QUAD, channel), clamp),
                Beside::Common(all) => {
                    let clamp = Clamp { min: all.min[channel].into(), max: all.max[channel].into() };
                    ([all.multiplier[channel], all.offset[channel], all.left[channel].into()], clamp)
                }
            };
            let result = finish(S::FORM.high_mul, sum, own, clamp);
            output.set(position * S::CHANNELS + channel, result);
        }
    }
}

/// All combinations of numbers below these, in order.
fn each(a: usize, b: usize, c: usize) -> impl Iterator<Item = (usize, usize, usize)> {
    (0..a).flat_map(move |i| (0..b).flat_map(move |j| (0..c).map(move |k| (i, j, k))))
}

/// The first `LIVE` of eight channels; of all eight, for so many eights of channels (not 0) one after the other. The window's first tap is at `window`, the next column `column` bytes on, the next row `row`.
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
    octets: usize,
) {
    for octet in 0..octets {
        let mut results = [0; OCTET];
        // SAFETY: the caller's.
        unsafe {
            let window = window.skip(octet * OCTET);
            let weights = weights.skip(octet * OCTET * S::TAPS[0] * S::TAPS[1]);
            let constants = constants.skip(octet * S::FORM.constants.group_words(OCTET));
            for (place, &channel) in OCTET_ORDER.iter().enumerate().filter(|(_, channel)| **channel < LIVE) {
                let mut sum = constants.get(place);
                for y in 0..S::TAPS[0] {
                    for x in 0..S::TAPS[1] {
                        let weight = weights.get((y * S::TAPS[1] + x) * OCTET + channel);
                        let pixel = window.get(y * row + x * column + channel);
                        sum = sum.wrapping_add(i32::from(weight) * i32::from(pixel));
                    }
                }
                let own = own(constants, S::FORM.constants, OCTET, place);
                results[channel] = finish(S::FORM.high_mul, sum, own, clamp);
            }
            for (channel, &result) in results.iter().enumerate().take(LIVE) {
                output.set(octet * OCTET + channel, result);
            }
        }
    }
}
