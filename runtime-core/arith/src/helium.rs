//! The layouts of weights and constants for cores with Helium.

use crate::overlap::{Blocks, Results};
use crate::size::{product, round_up, sum};

/// Bytes of a vector.
pub const LANES: usize = 16;

/// Output channels that a product computes at a time.
pub const QUAD: usize = 4;

/// Columns that a product takes at a time.
pub const POSITIONS: usize = 3;

/// The order in which a convolution goes through its output positions, forwards only: the windows of a block are columns before the first
/// of its results is written.
pub const BLOCKS: Blocks = Blocks { positions: POSITIONS, across_rows: true, results: Results::Held };

/// Distance of columns of this many taps: they are read in whole vectors.
#[must_use]
pub const fn column_bytes(taps: usize) -> usize {
    round_up(taps, LANES)
}

/// Whether there are instructions for a layer with this many taps and output channels, at so many positions: distances of columns
/// and of results are immediate operands.
#[must_use]
pub const fn fits(taps: usize, channels: usize, positions: usize) -> bool {
    taps >= 1 && column_bytes(taps) < 1 << 12 && (channels < 1 << 12 || positions == 1)
}

/// Bytes of the weights of four output channels.
#[must_use]
pub const fn quad_weights(taps: usize) -> usize {
    product([QUAD, taps])
}

/// Where the weight of a tap of one of four channels lies: channels 0 and 2 come first, then 1 and 3; of a pair, sixteen taps of one
/// channel and sixteen of the other take turns, at the end what is left of each.
#[must_use]
pub const fn weight_place(taps: usize, channel: usize, tap: usize) -> usize {
    let vector = tap / LANES * LANES;
    let width = if taps - vector < LANES { taps - vector } else { LANES };
    channel % 2 * 2 * taps + 2 * vector + channel / 2 * width + tap % LANES
}

/// Words in front of the biases where one multiplier is for all channels: multiplier, offset and negated shift.
pub const COMMON_WORDS: usize = 3;

/// How the constants of groups of channels lie: kind by kind, first the biases in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constants {
    /// Then multipliers in words, offsets in halfwords and negated shifts in bytes.
    Narrow,
    /// The same with offsets in words.
    Wide,
    /// Nothing else: one multiplier is for all channels ([`COMMON_WORDS`]).
    Common,
}

impl Constants {
    /// How the constants `[bias, multiplier, offset, negated shift]` of a layer's channels can lie.
    #[must_use]
    pub fn of(channels: &[[i32; 4]]) -> Self {
        match channels.iter().all(|channel| i16::try_from(channel[2]).is_ok()) {
            true => Constants::Narrow,
            false => Constants::Wide,
        }
    }

    /// Words of a group of so many channels, a multiple of four.
    #[must_use]
    pub const fn group_words(self, channels: usize) -> usize {
        match self {
            Constants::Narrow => product([channels, 11]) / 4,
            Constants::Wide => product([channels, 13]) / 4,
            Constants::Common => channels,
        }
    }

    /// Words of a layer.
    #[must_use]
    pub const fn layer_words(self, channels: usize, group: usize) -> usize {
        let front = if let Constants::Common = self { COMMON_WORDS } else { 0 };
        sum([front, product([channels.div_ceil(group), self.group_words(group)])])
    }

    /// Packs `[bias, multiplier, offset, negated shift]` of the channels, in groups of which each has its channels in this order; those
    /// that are missing in the last group are zero. For [`Constants::Common`] the first channel speaks for all. `put` gets the bytes.
    pub fn pack(self, channels: &[[i32; 4]], order: &[usize], mut put: impl FnMut(u8)) {
        if let (Constants::Common, Some([_, common @ ..])) = (self, channels.first()) {
            common.iter().flat_map(|word| word.to_le_bytes()).for_each(&mut put);
        }
        let widths: &[usize] = match self {
            Constants::Narrow => &[4, 4, 2, 1],
            Constants::Wide => &[4, 4, 4, 1],
            Constants::Common => &[4],
        };
        for group in channels.chunks(order.len().max(1)) {
            for (kind, &width) in widths.iter().enumerate() {
                for &channel in order {
                    let constant = group.get(channel).map_or(0, |c| c[kind]);
                    constant.to_le_bytes().into_iter().take(width).for_each(&mut put);
                }
            }
        }
    }
}

/// Channels that a depthwise layer computes at a time.
pub const OCTET: usize = 8;

/// In which order the constants of eight channels lie: those in the even halfwords of a vector come first.
pub const OCTET_ORDER: [usize; OCTET] = [0, 2, 4, 6, 1, 3, 5, 7];

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn every_weight_has_a_place_of_its_own(taps in 1usize..100) {
            let mut places: std::vec::Vec<_> = (0..4)
                .flat_map(|channel| (0..taps).map(move |tap| weight_place(taps, channel, tap)))
                .collect();
            places.sort_unstable();
            prop_assert!(places.into_iter().eq(0..quad_weights(taps)));
        }
    }
}
