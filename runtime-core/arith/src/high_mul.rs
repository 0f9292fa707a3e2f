//! Requantisation by the high word of one 32-bit product.
//!
//! [`requantize`](crate::requantize()) says what a layer's results are. Cores with a "multiply, keep the high word, accumulate"
//! instruction (Arm's SMMLA and SMMLAR) get there in two or three instructions by the forms below, for constants that the
//! compiler has proven to give the same results for every accumulator that the layer can have.

/// How an accumulator becomes a result before saturation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HighMul {
    /// [`high_mul`]: steps at equal distances.
    Floor,
    /// [`high_mul_double`]: TFLM's two roundings, whose ties go away from zero and so depend on the sign.
    Double,
}

impl HighMul {
    /// The result of this form, before saturation.
    #[inline]
    #[must_use]
    pub const fn apply(self, acc: i32, multiplier: i32, offset: i32, shift: u32) -> i32 {
        match self {
            HighMul::Floor => high_mul(acc, multiplier, offset, shift),
            HighMul::Double => high_mul_double(acc, multiplier, offset, shift),
        }
    }
}

/// `(⌊acc * multiplier / 2^32⌋ + offset) >> shift`: SMMLA and a shift. Sums wrap, `shift` is taken modulo 32.
#[inline]
#[must_use]
pub const fn high_mul(acc: i32, multiplier: i32, offset: i32, shift: u32) -> i32 {
    let high = ((acc as i64 * multiplier as i64) >> 32) as i32;
    high.wrapping_add(offset).wrapping_shr(shift)
}

/// `(⌊(2 * acc * multiplier + 2^31) / 2^32⌋ + offset - (acc < 0)) >> shift`: SMMLAR of the doubled accumulator and a shift.
///
/// With `offset = zero_point * 2^shift + 2^(shift - 1)` this is `zero_point` plus
/// [`Rounding::Double`](crate::Rounding::Double), if `shift >= 1` and the doubled accumulator has 32 bits. The accumulator's
/// sign may stand for that of its product: where they differ, the product rounds to 0.
#[inline]
#[must_use]
pub const fn high_mul_double(acc: i32, multiplier: i32, offset: i32, shift: u32) -> i32 {
    let doubled = acc.wrapping_shl(1);
    let high = ((doubled as i64 * multiplier as i64 + (1 << 31)) >> 32) as i32;
    high.wrapping_add(offset).wrapping_add(acc >> 31).wrapping_shr(shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::requantize::{Multiplier, requantize_double};
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn double_form_is_the_double_rounding(
            acc in prop_oneof![-(1i32 << 30)..(1 << 30), -3000i32..3000],
            multiplier in prop_oneof![(1i32 << 30)..=i32::MAX, Just(1 << 30), Just(i32::MAX)],
            shift in 1u32..20,
            zero_point in -128i32..128,
        ) {
            let offset = (zero_point << shift) + (1 << (shift - 1));
            let exact = requantize_double(acc, Multiplier { multiplier, shift: -(shift as i32) });
            prop_assert_eq!(high_mul_double(acc, multiplier, offset, shift), exact + zero_point);
        }

        #[test]
        fn floor_form_rounds_down(acc: i32, multiplier: i32, offset in -(1i32 << 20)..(1 << 20), shift in 0u32..12) {
            let exact = i128::from(acc) * i128::from(multiplier) + (i128::from(offset) << 32);
            prop_assert_eq!(i128::from(high_mul(acc, multiplier, offset, shift)), exact >> (32 + shift));
        }
    }
}
