//! Against products one by one.

extern crate std;

use std::vec::Vec;

use super::{CHANNELS, Rows, dot_row, dot_rows};
use crate::kernels::test_support::leak;
use proptest::prelude::*;

const ROWS: usize = 4;
const MAX_TAPS: usize = 19;

struct Apart<const TAPS: usize, const PITCH: usize>;

impl<const TAPS: usize, const PITCH: usize> Rows for Apart<TAPS, PITCH> {
    const PITCH: usize = PITCH;
    const TAPS: usize = TAPS;
}

/// Compares with single products.
fn check<R: Rows>(operands: &[i8], weights: &[i8], start: [i32; CHANNELS]) -> Result<(), TestCaseError> {
    let (rows, packed) = (leak(operands), leak(weights));
    // SAFETY: there are more operands and weights than the rows and taps need.
    let (sums, single) = unsafe {
        (
            dot_rows::<R>(rows.into(), packed.into(), start.into()),
            dot_row(rows.into(), packed.into(), R::TAPS, false, start.into()),
        )
    };
    let expected = |row: usize, channel: usize| {
        let products = (0..R::TAPS).map(|tap| {
            i32::from(weights[tap * CHANNELS + channel]) * i32::from(operands[row * R::PITCH + tap])
        });
        products.fold(start[channel], i32::wrapping_add)
    };
    let all: Vec<[i32; CHANNELS]> =
        (0..ROWS).map(|row| core::array::from_fn(|channel| expected(row, channel))).collect();
    let sums: Vec<[i32; CHANNELS]> = sums.into_iter().map(Into::into).collect();
    prop_assert_eq!(&sums, &all);
    prop_assert_eq!(<[i32; CHANNELS]>::from(single), all[0]);
    Ok(())
}

proptest! {
    #[test]
    fn equals_single_products(
        operands in proptest::collection::vec(prop_oneof![Just(-128i8), any::<i8>()], (MAX_TAPS + 3) * ROWS),
        weights in proptest::collection::vec(prop_oneof![Just(-128i8), any::<i8>()], MAX_TAPS * CHANNELS),
        start: [i32; CHANNELS],
    ) {
        check::<Apart<1, 1>>(&operands, &weights, start)?;
        check::<Apart<3, 5>>(&operands, &weights, start)?;
        check::<Apart<4, 4>>(&operands, &weights, start)?;
        check::<Apart<10, 10>>(&operands, &weights, start)?;
        check::<Apart<16, 17>>(&operands, &weights, start)?;
        check::<Apart<MAX_TAPS, { MAX_TAPS + 2 }>>(&operands, &weights, start)?;
    }
}
