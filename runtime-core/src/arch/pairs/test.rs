//! Against products one by one.

extern crate std;

use std::vec::Vec;

use super::{BIAS_STRIDE, COLUMNS, Dots, dot, place, word, words};
use crate::arena::Arena;
use crate::kernels::test_support::leak;
use crate::memory::Memory;
use proptest::prelude::*;

const CHANNELS: usize = 3;
const MAX_TAPS: usize = 24;
const MAX_WORDS: usize = words(MAX_TAPS);

/// Operands and weights of which many are extreme.
fn bytes(count: usize, low: i8) -> impl Strategy<Value = Vec<i8>> {
    let byte = prop_oneof![Just(low), Just(127), low..=127];
    prop_oneof![proptest::collection::vec(byte, count), Just(std::vec![low; count])]
}

proptest! {
    #[test]
    fn equals_single_products(
        steps in 1..=MAX_TAPS / 4,
        columns in bytes(MAX_TAPS * COLUMNS, -128),
        weights in bytes(MAX_TAPS * CHANNELS, -127),
        biases in proptest::collection::vec(any::<i32>(), CHANNELS * BIAS_STRIDE),
    ) {
        let taps = steps * 4;
        let operand = |tap: usize, column: usize| columns[tap * COLUMNS + column];
        let mut arena = Arena::<{ MAX_WORDS * 4 + CHANNELS * COLUMNS * 4 }>::new();
        let mut cursor = arena.cursor();
        let (columns, sums) = (cursor.dst::<u32>(0), cursor.dst::<i32>(MAX_WORDS * 4));
        for tap in 0..taps {
            for pair in 0..COLUMNS / 2 {
                // SAFETY: within the words of so many taps.
                unsafe { columns.set(place(tap, pair), word(operand(tap, 2 * pair), operand(tap, 2 * pair + 1))) };
            }
        }
        let dots = Dots {
            columns: columns.as_src(),
            words: words(taps),
            weights: leak(&weights[..taps * CHANNELS]).into(),
            biases: leak(&biases).into(),
            sums,
            channels: CHANNELS,
        };
        // SAFETY: all lengths are those of the columns, taps and channels; no weight is -128.
        unsafe { dot(&dots) };
        for channel in 0..CHANNELS {
            for column in 0..COLUMNS {
                let products = (0..taps)
                    .map(|tap| i32::from(weights[channel * taps + tap]) * i32::from(operand(tap, column)));
                let expected = products.fold(biases[channel * BIAS_STRIDE], i32::wrapping_add);
                // SAFETY: within the sums.
                prop_assert_eq!(unsafe { sums.as_src().get(channel * COLUMNS + column) }, expected);
            }
        }
    }
}
