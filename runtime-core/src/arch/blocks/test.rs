//! Against products one by one.

extern crate std;

use std::vec::Vec;

use super::{CHANNELS, dot, dot_row};
use crate::kernels::test_support::leak;
use proptest::prelude::*;

const ROWS: usize = 4;
const MAX_TAPS: usize = 19;

proptest! {
    #[test]
    fn equals_single_products(
        taps in 1..=MAX_TAPS,
        gap in 0usize..3,
        operands in proptest::collection::vec(prop_oneof![Just(-128i8), any::<i8>()], (MAX_TAPS + 3) * ROWS),
        weights in proptest::collection::vec(prop_oneof![Just(-128i8), any::<i8>()], MAX_TAPS * CHANNELS),
        start: [[i32; CHANNELS]; ROWS],
    ) {
        let pitch = taps + gap;
        let mut sums = start;
        let mut single = start[0];
        let (rows, packed) = (leak(&operands), leak(&weights));
        // SAFETY: there are more operands and weights than the rows and taps need.
        unsafe {
            dot::<ROWS>(rows.into(), pitch, packed.into(), taps, &mut sums);
            dot_row(rows.into(), packed.into(), taps, false, &mut single);
        }
        let expected = |row: usize, channel: usize| {
            let products = (0..taps).map(|tap| {
                i32::from(weights[tap * CHANNELS + channel]) * i32::from(operands[row * pitch + tap])
            });
            products.fold(start[row][channel], i32::wrapping_add)
        };
        let all: Vec<[i32; CHANNELS]> =
            (0..ROWS).map(|row| core::array::from_fn(|channel| expected(row, channel))).collect();
        prop_assert_eq!(sums.as_slice(), all.as_slice());
        prop_assert_eq!(single, all[0]);
    }
}
