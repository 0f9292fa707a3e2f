//! The layouts of weights and constants for cores with Helium.

use crate::overlap::{Blocks, Results};

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
    taps.next_multiple_of(LANES)
}

/// Bytes of the weights of four output channels.
#[must_use]
pub const fn quad_weights(taps: usize) -> usize {
    4 * taps
}

/// Where the weight of a tap of one of four channels lies: channels 0 and 2 come first, then 1 and 3; of a pair, sixteen taps of one
/// channel and sixteen of the other take turns, at the end what is left of each.
#[must_use]
pub const fn weight_place(taps: usize, channel: usize, tap: usize) -> usize {
    let vector = tap / LANES * LANES;
    let width = if taps - vector < LANES { taps - vector } else { LANES };
    channel % 2 * 2 * taps + 2 * vector + channel / 2 * width + tap % LANES
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
