//! Lines of a 3×3 kernel: each pair of a column's elements is loaded once and goes into the three results that it is under.
//!
//! A column of the window under an output line is three elements in the two words `A` and `B` of neighbouring pair lines: both
//! of `A` and the lower of `B`, or, for a line that begins in the middle of a pair, the upper of `A` and both of `B`. With SMLAD
//! on the full word and SMLAxy on the other, a column costs two instructions for each result that it is under.

use super::{Channel, Shape, step, walk};
use crate::arch::dsp::{pkhbt_lsl16, pkhtb_asr16};
use crate::arena::{Dst, Src};
use tinyml_arith::HighMul;

/// Whether the form carries a shape out.
pub(super) const fn fits<S: Shape>() -> bool {
    let (walk_stride, line_stride) = (S::STRIDE[S::WALK], S::STRIDE[walk::<S>().across()]);
    S::KERNEL[0] == 3
        && S::KERNEL[1] == 3
        && S::DILATION[0] == 1
        && S::DILATION[1] == 1
        && (walk_stride == 1 || walk_stride == 2)
        && (line_stride == 1 || line_stride == 2)
        && matches!(S::FORM, HighMul::Floor)
        && S::SHIFT <= 31
        && !S::CLAMPED
        // Offsets within an instruction.
        && walk::<S>().positions() < 1000
        && step(S::OUTPUT, S::WALK) < 2000
}

/// The weights of a column under a line, widened: two taps for the full word of each column, one for the other word.
struct Weights {
    /// For columns 0 to 2.
    full: [u32; 3],
    /// For columns 0 and 1.
    single: u32,
    /// For column 2, in the lower half.
    last: u32,
}

/// The output lines `line..end` of one channel.
///
/// # Safety
/// `plane` is a window from pair line `first` on that holds what the lines read, `out` is the result from the channel on.
#[inline(always)]
pub(super) unsafe fn lines<S: Shape>(
    plane: Src<u32>,
    out: Dst<i8>,
    channel: &Channel,
    first: usize,
    line: usize,
    end: usize,
) {
    let stride = S::STRIDE[1 - S::WALK];
    // SAFETY: nine weights per channel.
    let tap = |column: usize, row: usize| unsafe { channel.weights.get(3 * column + row) } as u32;
    let even = Weights {
        full: [0, 1, 2].map(|column| pkhbt_lsl16(tap(column, 0), tap(column, 1))),
        single: pkhbt_lsl16(tap(0, 2), tap(1, 2)),
        last: tap(2, 2) & 0xffff,
    };
    // SAFETY: the caller's; of the lines `line..end`, every `2 / stride`-th begins a pair.
    unsafe {
        let at = |line: usize| {
            (
                plane.skip((line * stride / 2 - first) * const { walk::<S>().positions() }),
                out.skip(line * const { step(S::OUTPUT, 1 - S::WALK) }),
            )
        };
        if stride == 2 {
            let (source, out) = at(line);
            walk_lines::<S, false, 1>(source, out, channel, even, end - line);
            return;
        }
        let (begin_even, begin_odd) = (line + line % 2, line + 1 - line % 2);
        // The lower tap of the pair is the upper one of the even word.
        let odd_full = |even: u32, column| pkhbt_lsl16(pkhtb_asr16(even, even), tap(column, 2));
        let [first, second, third] = even.full;
        let odd = Weights {
            full: [odd_full(first, 0), odd_full(second, 1), odd_full(third, 2)],
            single: pkhbt_lsl16(first, second),
            last: third & 0xffff,
        };
        if begin_even < end {
            let (source, out) = at(begin_even);
            walk_lines::<S, false, 2>(source, out, channel, even, (end - begin_even).div_ceil(2));
        }
        if begin_odd < end {
            let (source, out) = at(begin_odd);
            walk_lines::<S, true, 2>(source, out, channel, odd, (end - begin_odd).div_ceil(2));
        }
    }
}

/// Every `SKIP`-th output line, `count` of them, from the pair line at `source` and the result at `out` on; `ODD` if they
/// begin in the middle of a pair.
///
/// # Safety
/// As for [`lines`].
#[inline(always)]
#[cfg(not(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
)))]
unsafe fn walk_lines<S: Shape, const ODD: bool, const SKIP: usize>(
    source: Src<u32>,
    out: Dst<i8>,
    channel: &Channel,
    weights: Weights,
    count: usize,
) {
    use crate::arch::dsp::{smlabb, smlabt, smlad, smlatb, smlatt, ssat8};
    use crate::arch::requantise::scale;

    let positions = const { walk::<S>().positions() };
    let (outputs, result_step) = const { (S::OUTPUT[S::WALK], step(S::OUTPUT, S::WALK)) };
    for line in 0..count {
        // SAFETY: the caller's.
        unsafe {
            let source = source.skip(line * positions);
            let out = out.skip(line * SKIP * const { step(S::OUTPUT, 1 - S::WALK) });
            for position in 0..outputs {
                let mut acc = channel.bias;
                for column in 0..3 {
                    let at = position * S::STRIDE[S::WALK] + column;
                    let (a, b) = (source.get(at), source.get(at + positions));
                    let (full, single) = if ODD { (b, a) } else { (a, b) };
                    acc = smlad(full, weights.full[column], acc);
                    acc = match (ODD, column) {
                        (false, 0) => smlabb(single, weights.single, acc),
                        (false, 1) => smlabt(single, weights.single, acc),
                        (false, _) => smlabb(single, weights.last, acc),
                        (true, 0) => smlatb(single, weights.single, acc),
                        (true, 1) => smlatt(single, weights.single, acc),
                        (true, _) => smlatb(single, weights.last, acc),
                    };
                }
                let result = scale(HighMul::Floor, acc, channel.multiplier, channel.offset, S::SHIFT as u32);
                out.set(position * result_step, ssat8(result) as i8);
            }
        }
    }
}

#[cfg(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
))]
use native::walk_lines;

#[cfg(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
))]
mod native;
