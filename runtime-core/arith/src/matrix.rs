//! The layout of weights and constants for the matrix kernels of cores with DSP instructions, and what must hold for it.
//!
//! Convolutions and fully connected layers are products of a matrix, the weights `[channels][taps]`, with columns of
//! activations: a window of the image, or a vector. The columns are widened to halfwords, two taps to a word; the instruction
//! SXTB16 widens every other byte of a word, so that the taps of a word are two apart ([`Taps::step`]).
//!
//! The weights of two channels `a` and `b` share a halfword for each tap. In the paired form it is `256 a + b`: a
//! multiply-accumulate with the word as it is sums up `256 A + B`, one with the lower bytes alone `B`, and
//! `A = (256 A + B - B) / 256`. So only one of the two channels is widened. Nothing may leave 32 bits ([`fits_paired`]). In the
//! plain form the halfword is the two bytes, and both are widened.
//!
//! Channels come in blocks of [`BLOCK`]; missing ones have weights of zero and are computed for nothing.
//!
//! A vector of whole words ([`vector_in_place`]) is not made into a column: its words are widened as they are multiplied, for a
//! twentieth more time.

use crate::overlap::{Blocks, Gaps, Results};
use crate::size::{product, round_up, sum};

/// Channels that are computed at a time.
pub const BLOCK: usize = 4;

/// The taps of a convolution's windows, and how they are made into columns.
#[derive(Clone, Copy, Debug)]
pub struct Windows {
    /// Number of taps in rows and columns.
    pub kernel: [usize; 2],
    /// Steps between taps in columns.
    pub column_dilation: usize,
    /// Input channels.
    pub channels: usize,
    /// Output positions.
    pub positions: usize,
    /// Whether a window leaves the image.
    pub has_border: bool,
}

impl Windows {
    /// The order of the taps: a run for each row of the window.
    #[must_use]
    pub const fn taps(&self) -> Taps {
        let [rows, columns] = self.kernel;
        Taps { runs: rows, run: product([columns, self.channels]), even: self.positions == 1 }
    }

    /// Whether an odd last position is computed by itself. Else it is computed twice: that takes no more code, and for many
    /// positions hardly more time.
    #[must_use]
    pub const fn last_alone(&self) -> bool {
        self.positions % 2 == 1 && self.positions < 40 && self.taps().steps().is_multiple_of(2)
    }

    /// Bytes in which a row of a window is put together, where its taps are not contiguous or not all in the image; none if
    /// that can be done in the column, because the taps' channels come in whole words.
    #[must_use]
    pub const fn row_bytes(&self) -> usize {
        if (self.has_border || self.column_dilation > 1) && !self.channels.is_multiple_of(4) {
            round_up(product([self.kernel[1], self.channels]), 4)
        } else {
            0
        }
    }

    /// Whether the convolution's extents are numbers of 16 bits, which is all the room that the kernel has for them: code that shapes
    /// share finds them in flash. Operand and result are height, width and channels; padding is above and on the left.
    #[must_use]
    pub const fn are_narrow(
        &self,
        input: [usize; 3],
        output: [usize; 3],
        [stride, dilation, padding]: [[usize; 2]; 3],
    ) -> bool {
        let taps = self.taps();
        let extents = [
            [input[0], input[1], input[2]],
            [output[0], output[1], self.row_bytes() / 4],
            [taps.run, taps.run_steps(), self.kernel[0]],
            [stride[0], dilation[0], padding[0]],
            [stride[1], dilation[1], padding[1]],
        ];
        let mut i = 0;
        while i < extents.len() {
            let [a, b, c] = extents[i];
            if a > u16::MAX as usize || b > u16::MAX as usize || c > u16::MAX as usize {
                return false;
            }
            i += 1;
        }
        true
    }

    /// Words of scratch memory: the columns, a row, and the product's ([`scratch_words`]).
    #[must_use]
    pub const fn scratch_words(&self, output_channels: usize, finish: Finish) -> usize {
        let columns = if self.positions == 1 { 1 } else { 2 };
        let columns = product([columns, self.taps().steps()]);
        sum([columns, self.row_bytes() / 4, scratch_words(output_channels, finish)])
    }
}

/// The order of the taps of a fully connected layer's vectors.
#[must_use]
pub const fn vector_taps(inputs: usize) -> Taps {
    Taps { runs: 1, run: inputs, even: true }
}

/// Whether a fully connected layer takes its operand as it is: one vector of whole words. Else vectors are made into columns.
#[must_use]
pub const fn vector_in_place(rows: usize, inputs: usize) -> bool {
    rows == 1 && inputs.is_multiple_of(4)
}

/// Words of scratch memory of a fully connected layer: the columns and the product's ([`scratch_words`]).
#[must_use]
pub const fn vector_scratch_words(rows: usize, inputs: usize, outputs: usize, finish: Finish) -> usize {
    let columns = match rows {
        1 if vector_in_place(rows, inputs) => 0,
        1 => 1,
        _ => 2,
    };
    sum([product([columns, vector_taps(inputs).steps()]), scratch_words(outputs, finish)])
}

/// How far the result of a fully connected layer may lie over its operand: two vectors are in columns before the results of
/// either are written, as for convolutions, but a vector that is taken as it is, is read for every block of results.
#[must_use]
pub const fn vector_gaps(rows: usize, inputs: usize, outputs: usize) -> Gaps {
    if vector_in_place(rows, inputs) {
        return Gaps::APART;
    }
    Gaps::rows(rows, inputs, outputs, PAIRS)
}

/// How the weights of two channels share a halfword.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Packing {
    /// `256 a + b`.
    Paired,
    /// `a` in the upper byte, `b` in the lower one.
    Plain,
}

/// How much code a kernel is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Code {
    /// The shape's numbers are constants of code that is the shape's own.
    Specialised,
    /// All shapes share code that is given their numbers.
    Shared,
    /// As `Shared`, with short loops in the place of unrolled ones.
    Small,
}

/// The order in which a convolution goes through its output positions: two windows are in columns before the results of either are
/// written.
pub const PAIRS: Blocks = Blocks { positions: 2, across_rows: true, results: Results::Held };

/// The order of a column's taps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taps {
    /// Runs of contiguous taps (the rows of a window).
    pub runs: usize,
    /// Taps of each run.
    pub run: usize,
    /// Whether the number of steps is rounded up to an even one, as kernels with one column want it.
    pub even: bool,
}

impl Taps {
    /// Steps of each run; a step is a word of the column, two taps.
    #[must_use]
    pub const fn run_steps(&self) -> usize {
        sum([self.run / 4 * 2, (self.run % 4).div_ceil(2)])
    }

    /// Steps of all runs.
    #[must_use]
    pub const fn steps(&self) -> usize {
        let steps = product([self.runs, self.run_steps()]);
        if self.even { round_up(steps, 2) } else { steps }
    }

    /// The taps of step `step`, lower halfword first; none where the halfword is not used and the weight is zero.
    ///
    /// Four contiguous taps make two steps, of the even ones and the odd ones; the rest of a run is three taps (also even
    /// and odd), two or one.
    #[must_use]
    pub const fn step(&self, step: usize) -> [Option<usize>; 2] {
        let per_run = self.run_steps();
        if per_run == 0 || step >= self.runs * per_run {
            return [None, None];
        }
        let (run, step) = (step / per_run, step % per_run);
        let (word, odd) = (step / 2 * 4, step % 2);
        let left = self.run - word;
        let first = word + odd;
        let second = if left == 2 { word + 1 } else { first + 2 };
        let base = run * self.run;
        [Some(base + first), if second < self.run { Some(base + second) } else { None }]
    }
}

/// Bytes of the packed weights of this many channels.
#[must_use]
pub const fn weight_bytes(channels: usize, taps: &Taps) -> usize {
    product([round_up(channels, BLOCK), taps.steps(), 2])
}

/// What becomes of the sums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Finish {
    /// Bytes, by [`HighMul::Floor`](crate::HighMul::Floor) without a shift, where results, 128 added, have 16 bits before they
    /// are saturated.
    Floor,
    /// Bytes, by [`HighMul::Floor`](crate::HighMul::Floor).
    Shifted,
    /// Bytes, by [`HighMul::Double`](crate::HighMul::Double).
    Double,
    /// Requantised one by one, as [`requantize`](crate::requantize()) defines it.
    Exact,
}

impl Finish {
    /// Words of constants for each block: what the accumulators of the channels start from, and then for each channel
    /// multiplier, offset (with 128 units of the result added) and, but for [`Finish::Floor`], shift. [`Finish::Exact`] has
    /// only the multipliers of all channels and then the shifts, which go left.
    #[must_use]
    pub const fn constant_words(self) -> usize {
        match self {
            Finish::Floor | Finish::Exact => 3 * BLOCK,
            Finish::Shifted | Finish::Double => 4 * BLOCK,
        }
    }
}

/// Words in front of all blocks' constants where one multiplier is for all channels: it, the offset and the shift, as they are for
/// each channel else. The blocks then have only what the accumulators start from.
pub const COMMON_WORDS: usize = 3;

/// Words of constants of each block.
#[must_use]
pub const fn block_words(finish: Finish, common: bool) -> usize {
    if common { BLOCK } else { finish.constant_words() }
}

/// Words of constants of a layer.
#[must_use]
pub const fn layer_words(channels: usize, finish: Finish, common: bool) -> usize {
    let front = if common { COMMON_WORDS } else { 0 };
    sum([product([channels.div_ceil(BLOCK), block_words(finish, common)]), front])
}

/// Words of scratch memory that a product needs beside its columns: room for the sums of a block, or for the results of one that
/// not all belong to the layer.
#[must_use]
pub const fn scratch_words(channels: usize, finish: Finish) -> usize {
    match finish {
        Finish::Exact => 2 * BLOCK,
        _ if channels.is_multiple_of(BLOCK) => 0,
        _ => 2,
    }
}

/// Gives `put` the packed bytes of weights `[channels][taps]`, in order.
pub fn pack(weights: &[i8], channels: usize, taps: &Taps, packing: Packing, mut put: impl FnMut(i8)) {
    let count = taps.runs * taps.run;
    let weight = |channel: usize, tap: Option<usize>| match tap {
        Some(tap) if channel < channels => {
            i32::from(weights.get(channel * count + tap).copied().unwrap_or(0))
        }
        _ => 0,
    };
    for block in 0..channels.div_ceil(BLOCK) {
        for step in 0..taps.steps() {
            for pair in 0..BLOCK / 2 {
                let a = block * BLOCK + 2 * pair;
                for tap in taps.step(step) {
                    let (a, b) = (weight(a, tap), weight(a + 1, tap));
                    let upper = match packing {
                        // The upper byte of 256 a + b.
                        Packing::Paired => a + (b >> 8),
                        Packing::Plain => a,
                    };
                    put(b as i8);
                    put(upper as i8);
                }
            }
        }
    }
}

/// Whether weights `[channels][taps]` with these biases fit the paired form: `256 a + b` fits a halfword for every tap, and the
/// sums of the channels `a` stay within 24 bits for all activations.
#[must_use]
pub fn fits_paired(weights: &[i8], bias: &[i32], taps: &Taps) -> bool {
    let count = taps.runs * taps.run;
    weights.chunks(count * 2).zip(bias.chunks(2)).all(|(pair, bias)| {
        let (a, b) = pair.split_at(count.min(pair.len()));
        // The one value of a that leaves no room below.
        let halfwords = a.iter().zip(b).all(|(&a, &b)| a > -128 || b >= 0);
        halfwords && bias.first().is_some_and(|&bias| bound(a, bias) < 1 << 23)
    })
}

/// No sum of these weights times int8 activations plus the bias is larger, in magnitude.
fn bound(weights: &[i8], bias: i32) -> u64 {
    let sum: u64 = weights.iter().map(|w| u64::from(w.unsigned_abs())).sum();
    u64::from(bias.unsigned_abs()) + 128 * sum
}

/// What the four accumulators of each block start from, for these biases, given to `put` a block at a time.
pub fn starts(bias: &[i32], packing: Packing, mut put: impl FnMut([i32; BLOCK])) {
    for block in bias.chunks(BLOCK) {
        let bias = |channel: usize| block.get(channel).copied().unwrap_or(0);
        put(core::array::from_fn(|channel| match packing {
            Packing::Paired if channel % 2 == 0 => {
                bias(channel).wrapping_mul(256).wrapping_add(bias(channel + 1))
            }
            _ => bias(channel),
        }));
    }
}

#[cfg(test)]
mod test {
    extern crate std;

    use std::vec::Vec;

    use super::*;
    use proptest::prelude::*;

    #[test]
    fn taps_of_every_rest() {
        let steps = |run| {
            let taps = Taps { runs: 1, run, even: false };
            (0..taps.steps()).map(|step| taps.step(step)).collect::<Vec<_>>()
        };
        assert_eq!(steps(1), [[Some(0), None]]);
        assert_eq!(steps(2), [[Some(0), Some(1)]]);
        assert_eq!(steps(3), [[Some(0), Some(2)], [Some(1), None]]);
        assert_eq!(steps(4), [[Some(0), Some(2)], [Some(1), Some(3)]]);
        assert_eq!(steps(5)[2], [Some(4), None]);
        assert_eq!(steps(7)[2..], [[Some(4), Some(6)], [Some(5), None]]);
    }

    #[test]
    fn a_pair_that_leaves_no_room_is_plain() {
        let taps = Taps { runs: 1, run: 2, even: false };
        assert!(fits_paired(&[-128, 5, 0, -128], &[0, 0], &taps));
        assert!(!fits_paired(&[-128, 5, -1, 5], &[0, 0], &taps));
        assert!(fits_paired(&[127, 5, 3, 5], &[(1 << 23) - 132 * 128 - 1, i32::MAX], &taps));
        assert!(!fits_paired(&[127, 5, 3, 5], &[(1 << 23) - 132 * 128, 0], &taps));
    }

    proptest! {
        #[test]
        fn every_tap_is_in_one_place(runs in 1usize..6, run in 1usize..20, even: bool) {
            let taps = Taps { runs, run, even };
            let mut seen: Vec<_> = (0..taps.steps()).flat_map(|step| taps.step(step)).flatten().collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..runs * run).collect::<Vec<_>>());
            prop_assert!(!even || taps.steps().is_multiple_of(2));
        }

        #[test]
        fn a_halfword_holds_both(a in -127i8..=127, b: i8) {
            let mut bytes = Vec::new();
            let taps = Taps { runs: 1, run: 1, even: false };
            pack(&[a, b], 2, &taps, Packing::Paired, |byte| bytes.push(byte as u8));
            prop_assert_eq!(bytes.len(), weight_bytes(2, &taps));
            prop_assert_eq!(
                i32::from(i16::from_le_bytes([bytes[0], bytes[1]])),
                256 * i32::from(a) + i32::from(b)
            );
        }
    }
}
