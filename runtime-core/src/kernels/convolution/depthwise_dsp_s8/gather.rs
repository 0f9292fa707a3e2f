//! Lines of any kernel: for four results at a time, each pair of taps is loaded from the window.

use super::{Channel, Shape, step, walk};
use crate::arch::dsp::{smlad, ssat8};
use crate::arch::requantise::scale;
use crate::arena::{Dst, Src};
use tinyml_arith::Clamp;

/// Results that share the loads of the weights.
const RESULTS: usize = 4;

/// The output lines `line..end` of one channel.
///
/// # Safety
/// `plane` is a window from pair line `first` on that holds what the lines read, `weights` has room for
/// `LineWalk::weight_words`, `out` is the result from the channel on.
#[inline(always)]
#[expect(clippy::too_many_arguments, reason = "a part of the kernel, inlined into it")]
pub(super) unsafe fn lines<S: Shape>(
    plane: Src<u32>,
    weights: Dst<u32>,
    out: Dst<i8>,
    channel: &Channel,
    clamp: Clamp,
    first: usize,
    line: usize,
    end: usize,
) {
    let geometry = const { walk::<S>() };
    let across = const { walk::<S>().across() };
    let (even, odd) = const { (walk::<S>().taps(false), walk::<S>().taps(true)) };
    // SAFETY: the caller's; the first words are those of even lines, the others those of odd lines.
    unsafe {
        widen::<S>(channel.weights, weights, false);
        let odd_weights = weights.skip(S::KERNEL[S::WALK] * even);
        if const { !S::STRIDE[1 - S::WALK].is_multiple_of(2) } {
            widen::<S>(channel.weights, odd_weights, true);
        }
        for line in line..end {
            let padded = line * geometry.stride[across];
            let source = plane.skip((padded / 2 - first) * geometry.positions());
            let out = out.skip(line * const { step(S::OUTPUT, 1 - S::WALK) });
            if const { S::STRIDE[1 - S::WALK].is_multiple_of(2) } || padded.is_multiple_of(2) {
                one_line::<S>(source, weights.as_src(), even, out, channel, clamp);
            } else {
                one_line::<S>(source, odd_weights.as_src(), odd, out, channel, clamp);
            }
        }
    }
}

/// The weights of a channel as words of two lines, `[K along][pairs across]`; taps that do not exist are zero.
///
/// # Safety
/// There are a channel's weights and room for its words.
#[inline(always)]
unsafe fn widen<S: Shape>(weights: Src<i8>, words: Dst<u32>, odd: bool) {
    let geometry = const { walk::<S>() };
    let across = const { walk::<S>().across() };
    let taps = geometry.taps(odd);
    for along in 0..S::KERNEL[S::WALK] {
        for pair in 0..taps {
            let half = |which: usize| {
                let line = (2 * pair + which).wrapping_sub(odd as usize);
                let tap = line / S::DILATION[across];
                match tap < S::KERNEL[across] && line.is_multiple_of(S::DILATION[across]) {
                    // SAFETY: the tap is one of the kernel's.
                    true => unsafe { weights.get(along * S::KERNEL[across] + tap) as u16 as u32 },
                    false => 0,
                }
            };
            // SAFETY: the caller's.
            unsafe { words.set(along * taps + pair, half(0) | half(1) << 16) };
        }
    }
}

/// One output line from the pair line at `source` on.
///
/// # Safety
/// As for [`lines`].
#[inline(always)]
unsafe fn one_line<S: Shape>(
    source: Src<u32>,
    weights: Src<u32>,
    taps: usize,
    out: Dst<i8>,
    channel: &Channel,
    clamp: Clamp,
) {
    let (count, result_step) = const { (S::OUTPUT[S::WALK], step(S::OUTPUT, S::WALK)) };
    let mut position = 0;
    // SAFETY: the positions are those of the line.
    unsafe {
        while position + RESULTS <= count {
            let sums =
                sums::<S, RESULTS>(source.skip(position * S::STRIDE[S::WALK]), weights, taps, channel.bias);
            for (i, sum) in sums.into_iter().enumerate() {
                out.set((position + i) * result_step, finish::<S>(sum, channel, clamp));
            }
            position += RESULTS;
        }
        while position < count {
            let [sum] = sums::<S, 1>(source.skip(position * S::STRIDE[S::WALK]), weights, taps, channel.bias);
            out.set(position * result_step, finish::<S>(sum, channel, clamp));
            position += 1;
        }
    }
}

/// Accumulators of neighbouring results.
///
/// # Safety
/// As for [`lines`]; the results are in the line.
#[inline(always)]
unsafe fn sums<S: Shape, const N: usize>(
    source: Src<u32>,
    weights: Src<u32>,
    taps: usize,
    bias: i32,
) -> [i32; N] {
    let geometry = const { walk::<S>() };
    let mut sums = [bias; N];
    for along in 0..S::KERNEL[S::WALK] {
        for pair in 0..taps {
            // SAFETY: the caller's.
            unsafe {
                let weight = weights.get(along * taps + pair);
                let at = pair * geometry.positions() + along * S::DILATION[S::WALK];
                for (i, sum) in sums.iter_mut().enumerate() {
                    *sum = smlad(source.get(at + i * S::STRIDE[S::WALK]), weight, *sum);
                }
            }
        }
    }
    sums
}

/// The result for an accumulator.
#[inline(always)]
fn finish<S: Shape>(acc: i32, channel: &Channel, clamp: Clamp) -> i8 {
    let result = scale(S::FORM, acc, channel.multiplier, channel.offset, channel.shift);
    if S::CLAMPED { clamp.apply(result) as i8 } else { ssat8(result) as i8 }
}
