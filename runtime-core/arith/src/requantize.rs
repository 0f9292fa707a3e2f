//! Multiplication of an accumulator by a real number below or above one, in integers.
//!
//! A real multiplier is `multiplier * 2^(shift - 31)` with `multiplier` in `[2^30, 2^31)`. The three ways to round the
//! product differ in the last bit only, and that bit decides whether a model agrees with its reference.

/// A real number as a 31-bit fraction and a power of two: `multiplier * 2^(shift - 31)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Multiplier {
    /// The fraction in Q0.31; in `[2^30, 2^31)` unless zero or negative.
    pub multiplier: i32,
    /// The power of two; positive shifts left, as in TFLM.
    pub shift: i32,
}

/// How the exact product of accumulator and multiplier becomes an integer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// Twice: to Q0.31 with ties up, then by the right shift with ties away from zero (TFLM).
    Double,
    /// Once, ties away from zero (LiteRT's reference FULLY_CONNECTED).
    Single,
    /// As floating point does: accumulator and product to 24 bits, the product to an integer, all half to even (ONNX Runtime).
    HalfEven,
}

impl Multiplier {
    /// Multiplies by nothing.
    pub const ZERO: Self = Self { multiplier: 0, shift: 0 };

    /// The multiplier nearest to `real`: the fraction is rounded half away from zero.
    ///
    /// As TFLM's `QuantizeMultiplier`: where the shift would fall below -31 the result is zero. An `f32` is represented
    /// exactly unless it falls below that. A value that is not finite gives zero; scales are checked at import.
    #[must_use]
    pub const fn from_f64(real: f64) -> Self {
        let (fraction, mut shift) = frexp_q31(real);
        let mut multiplier = fraction;
        if multiplier == 1 << 31 {
            multiplier >>= 1;
            shift += 1;
        }
        if shift < -31 {
            return Self::ZERO;
        }
        Self { multiplier: multiplier as i32, shift }
    }

    /// The multiplier of a convolution or FULLY_CONNECTED: `input * weights / output`, in `f64`.
    #[must_use]
    pub const fn of_product(input_scale: f32, weight_scale: f32, output_scale: f32) -> Self {
        Self::from_f64(input_scale as f64 * weight_scale as f64 / output_scale as f64)
    }

    /// The real number that this multiplier stands for.
    #[must_use]
    pub const fn to_f64(self) -> f64 {
        let mut real = self.multiplier as f64 / 2_147_483_648.0;
        let mut shift = self.shift;
        while shift > 0 {
            real *= 2.0;
            shift -= 1;
        }
        while shift < 0 {
            real /= 2.0;
            shift += 1;
        }
        real
    }
}

/// `frexp` with the fraction rounded to 31 bits, half away from zero: `real ≈ fraction * 2^(exponent - 31)`, where
/// `|fraction|` is in `[2^30, 2^31]`, the upper end included. `(0, 0)` for zero, infinities and NaN.
pub(crate) const fn frexp_q31(real: f64) -> (i64, i32) {
    let bits = real.to_bits();
    let exponent_bits = ((bits >> 52) & 0x7ff) as i32;
    let mut mantissa = bits & ((1 << 52) - 1);
    if exponent_bits == 0x7ff || (exponent_bits == 0 && mantissa == 0) {
        return (0, 0);
    }
    let mut exponent = exponent_bits - 1022;
    if exponent_bits == 0 {
        // Subnormal: bring the leading one to bit 52.
        let lead = mantissa.leading_zeros() - 11;
        mantissa <<= lead;
        exponent = -1021 - lead as i32;
    } else {
        mantissa |= 1 << 52;
    }
    // 53 bits to 31, half up in magnitude.
    let magnitude = ((mantissa + (1 << 21)) >> 22) as i64;
    (if bits >> 63 == 1 { -magnitude } else { magnitude }, exponent)
}

/// `acc` times the real number of `m`, rounded as `rounding` says.
#[inline]
#[must_use]
pub const fn requantize(acc: i32, m: Multiplier, rounding: Rounding) -> i32 {
    match rounding {
        Rounding::Double => requantize_double(acc, m),
        Rounding::Single => requantize_single(acc, m),
        Rounding::HalfEven => requantize_half_even(acc, m),
    }
}

/// [`Rounding::Double`]: TFLM's `MultiplyByQuantizedMultiplier`.
///
/// A left shift wraps, as the reference does on every machine that runs it; `Prepare` chooses shifts with which it cannot.
/// The shift is taken modulo 32.
#[inline]
#[must_use]
pub const fn requantize_double(acc: i32, m: Multiplier) -> i32 {
    let (left, right) = if m.shift > 0 { (m.shift as u32, 0) } else { (0, m.shift.wrapping_neg() as u32) };
    rounding_divide_by_pot(saturating_rounding_doubling_high_mul(acc.wrapping_shl(left), m.multiplier), right)
}

/// [`Rounding::Single`]: the exact product, rounded once to the nearest integer, ties away from zero.
///
/// For shifts in `[-31, 30]`; wraps where the result has more than 32 bits. LiteRT multiplies in `f64` by the unrounded
/// multiplier: the two differ only where the product is within `2^-24` of a tie and is none.
#[inline]
#[must_use]
pub const fn requantize_single(acc: i32, m: Multiplier) -> i32 {
    let shift = 31i32.wrapping_sub(m.shift) as u32;
    let product = acc as i64 * m.multiplier as i64;
    // Half, and for negative products one less. |product| <= 2^62 and half <= 2^61: the sum has at most 63 bits.
    let nudge = 1i64.wrapping_shl(shift.wrapping_sub(1)).wrapping_add(product >> 63);
    product.wrapping_add(nudge).wrapping_shr(shift) as i32
}

/// [`Rounding::HalfEven`]: what `nearbyint(float(acc) * float(m))` is for multipliers of 24 bits, saturated to 32 bits.
///
/// ONNX Runtime requantises so. Its `f32` product differs from the exact one by at most half of its last place, and so matters
/// only next to a tie; but there it does: a step in an inner layer can become several in the outputs.
#[inline]
#[must_use]
pub const fn requantize_half_even(acc: i32, m: Multiplier) -> i32 {
    let exponent = 31i32.wrapping_sub(m.shift) as u32;
    let product = acc as i64 * m.multiplier as i64;
    let floor = product.wrapping_shr(exponent);
    // The bits below the point, moved to the top of a word.
    let fraction = ((product as u64).wrapping_shl(64u32.wrapping_sub(exponent)) >> 32) as u32;
    // Below 512, rounding the accumulator moves the result by up to 2^-15, and rounding the product by up to 2^-16: to a tie
    // that is nearer than 2^-14.
    let small = floor.wrapping_add(512) as u64 <= 1023;
    let far_from_a_tie = fraction.wrapping_sub(0x7ffc_0000) > 0x0008_0000;
    if small && far_from_a_tie && exponent >= 1 && exponent <= 63 {
        (floor as i32).wrapping_add((fraction >> 31) as i32)
    } else {
        requantize_as_f32(acc, m)
    }
}

/// [`requantize_half_even`], rounding after rounding.
#[cold]
#[inline(never)]
const fn requantize_as_f32(acc: i32, m: Multiplier) -> i32 {
    let (acc, acc_exponent) = to_24_bits(acc as i64);
    let (product, product_exponent) = to_24_bits(acc * m.multiplier as i64);
    let exponent =
        31i32.saturating_sub(m.shift).saturating_sub(acc_exponent).saturating_sub(product_exponent);
    divide_by_pot_half_even(product, exponent)
}

/// An integer and a power of two whose product is `x`, rounded half to even to the 24 significant bits of an `f32`.
const fn to_24_bits(x: i64) -> (i64, i32) {
    let significant = 64 - x.unsigned_abs().leading_zeros() as i32;
    let excess = if significant > 24 { significant - 24 } else { 0 };
    (divide_by_pot_half_even(x, excess) as i64, excess)
}

/// `x / 2^exponent`, ties to even, saturated to 32 bits; a negative exponent multiplies.
#[inline]
#[must_use]
pub const fn divide_by_pot_half_even(x: i64, exponent: i32) -> i32 {
    if exponent <= 0 {
        let left = if exponent < -31 { 32 } else { exponent.wrapping_neg() as u32 };
        // 32 bits and the shift are within 64: what has more bits is out of range already.
        return saturate_i32((saturate_i32(x) as i64).wrapping_shl(left));
    }
    if exponent > 63 {
        return 0;
    }
    let floor = x.wrapping_shr(exponent as u32);
    // The bits below the point, moved to the top of a word: their value against one half is a comparison.
    let rest = (x as u64).wrapping_shl(64u32.wrapping_sub(exponent as u32));
    let half = 1u64 << 63;
    let up = rest > half || (rest == half && floor & 1 == 1);
    saturate_i32(floor.wrapping_add(up as i64))
}

const fn saturate_i32(x: i64) -> i32 {
    if x > i32::MAX as i64 {
        i32::MAX
    } else if x < i32::MIN as i64 {
        i32::MIN
    } else {
        x as i32
    }
}

/// `round(a * b / 2^31)`, ties up; `i32::MIN` squared, the only result that does not fit, gives `i32::MAX`.
///
/// gemmlowp writes this as a division that truncates, with a nudge that depends on the sign; that is the same function.
#[inline]
#[must_use]
pub const fn saturating_rounding_doubling_high_mul(a: i32, b: i32) -> i32 {
    if a == i32::MIN && b == i32::MIN {
        return i32::MAX;
    }
    ((a as i64 * b as i64 + (1 << 30)) >> 31) as i32
}

/// `x / 2^exponent` to the nearest integer, ties away from zero; `exponent` modulo 32.
#[inline]
#[must_use]
pub const fn rounding_divide_by_pot(x: i32, exponent: u32) -> i32 {
    let mask = 1i32.wrapping_shl(exponent).wrapping_sub(1);
    let remainder = x & mask;
    let threshold = (mask >> 1).wrapping_add((x < 0) as i32);
    x.wrapping_shr(exponent).wrapping_add((remainder > threshold) as i32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// gemmlowp's definition, in integers that cannot overflow.
    fn high_mul_by_definition(a: i32, b: i32) -> i32 {
        if a == i32::MIN && b == i32::MIN {
            return i32::MAX;
        }
        let product = i128::from(a) * i128::from(b);
        let nudge = if product >= 0 { 1 << 30 } else { 1 - (1 << 30) };
        ((product + nudge) / (1 << 31)) as i32
    }

    /// Nearest integer to `x / 2^exponent`, ties away from zero.
    fn divide_away(x: i128, exponent: u32) -> i128 {
        let half = if exponent == 0 { 0 } else { 1i128 << (exponent - 1) };
        if x < 0 { -((-x + half) >> exponent) } else { (x + half) >> exponent }
    }

    /// Nearest integer to `x / 2^exponent`, ties to even, from the quotient and twice the remainder.
    fn divide_even(x: i128, exponent: u32) -> i128 {
        let divisor = 1i128 << exponent;
        let (quotient, remainder) = (x.div_euclid(divisor), x.rem_euclid(divisor));
        match (2 * remainder).cmp(&divisor) {
            core::cmp::Ordering::Less => quotient,
            core::cmp::Ordering::Greater => quotient + 1,
            core::cmp::Ordering::Equal => quotient + (quotient & 1),
        }
    }

    fn multiplier() -> impl Strategy<Value = Multiplier> {
        ((1i32 << 30)..=i32::MAX, -31i32..=30)
            .prop_map(|(multiplier, shift)| Multiplier { multiplier, shift })
    }

    /// Accumulators of every size, and those at whose product a tie can occur.
    fn accumulator() -> impl Strategy<Value = i32> {
        prop_oneof![
            any::<i32>(),
            -70_000i32..70_000,
            (0u32..31).prop_map(|s| 1 << s),
            (0u32..32).prop_map(|s| -1 << s)
        ]
    }

    #[test]
    fn high_mul_saturates_in_one_place_only() {
        assert_eq!(saturating_rounding_doubling_high_mul(i32::MIN, i32::MIN), i32::MAX);
        assert_eq!(saturating_rounding_doubling_high_mul(i32::MIN, i32::MAX), -i32::MAX);
        assert_eq!(saturating_rounding_doubling_high_mul(i32::MAX, i32::MAX), i32::MAX - 1);
        // A tie goes up on both sides of zero.
        assert_eq!(saturating_rounding_doubling_high_mul(1, 1 << 30), 1);
        assert_eq!(saturating_rounding_doubling_high_mul(-1, 1 << 30), 0);
    }

    #[test]
    fn the_three_roundings_differ_at_ties() {
        // acc * 0.5 with the fraction 1/2 and shift 0, and with fraction 2^30 and one right shift (0.25).
        let half = Multiplier { multiplier: 1 << 30, shift: 0 };
        let quarter = Multiplier { multiplier: 1 << 30, shift: -1 };
        let at = |acc, m| {
            (
                requantize(acc, m, Rounding::Double),
                requantize(acc, m, Rounding::Single),
                requantize(acc, m, Rounding::HalfEven),
            )
        };
        assert_eq!(at(1, half), (1, 1, 0));
        assert_eq!(at(3, half), (2, 2, 2));
        assert_eq!(at(-1, half), (0, -1, 0));
        assert_eq!(at(-3, half), (-1, -2, -2));
        // 1/4 rounds to 1/2 after the first step, then away from zero: the second rounding errs by 3/4.
        assert_eq!(at(1, quarter), (1, 0, 0));
        assert_eq!(at(-6, quarter), (-2, -2, -2));
    }

    #[test]
    fn multiplier_of_special_values() {
        let parts = |real| {
            let m = Multiplier::from_f64(real);
            (m.multiplier, m.shift)
        };
        assert_eq!(parts(0.0), (0, 0));
        assert_eq!(parts(1.0), (1 << 30, 1));
        assert_eq!(parts(0.5), (1 << 30, 0));
        assert_eq!(parts(-0.75), (-3 << 29, 0));
        // Rounds up to the next power of two.
        assert_eq!(parts(1.0 - 2f64.powi(-40)), (1 << 30, 1));
        // ... which a negative number does not: TFLM tests for the positive limit only.
        assert_eq!(parts(-(1.0 - 2f64.powi(-40))), (i32::MIN, 0));
        assert_eq!(parts(2f64.powi(-32)), (1 << 30, -31));
        assert_eq!(parts(2f64.powi(-33)), (0, 0));
        assert_eq!(parts(f64::MIN_POSITIVE / 8.0), (0, 0));
        assert_eq!(parts(f64::NAN), (0, 0));
        assert_eq!(parts(f64::INFINITY), (0, 0));
    }

    #[test]
    fn frexp_of_subnormals() {
        assert_eq!(frexp_q31(f64::from_bits(1)), (1 << 30, -1073));
        assert_eq!(frexp_q31(f64::MIN_POSITIVE / 2.0), (1 << 30, -1022));
        assert_eq!(frexp_q31(f64::MIN_POSITIVE), (1 << 30, -1021));
    }

    proptest! {
        #[test]
        fn high_mul_is_gemmlowps(a in any::<i32>(), b in any::<i32>()) {
            prop_assert_eq!(saturating_rounding_doubling_high_mul(a, b), high_mul_by_definition(a, b));
        }

        #[test]
        fn divide_by_pot_rounds_away(x in any::<i32>(), exponent in 0u32..32) {
            prop_assert_eq!(i128::from(rounding_divide_by_pot(x, exponent)), divide_away(x.into(), exponent));
        }

        #[test]
        fn double_is_the_two_steps(acc in accumulator(), m in multiplier()) {
            let left = m.shift.max(0);
            let shifted = ((i128::from(acc) << left) & 0xffff_ffff) as u32 as i32;
            let first = high_mul_by_definition(shifted, m.multiplier);
            prop_assert_eq!(i128::from(requantize_double(acc, m)), divide_away(first.into(), (-m.shift).max(0) as u32));
        }

        #[test]
        fn single_rounds_away(acc in accumulator(), m in multiplier()) {
            let exact = divide_away(i128::from(acc) * i128::from(m.multiplier), (31 - m.shift) as u32);
            prop_assert_eq!(requantize_single(acc, m), exact as i32);
        }

        #[test]
        fn half_even_division_of_any_word(x in prop_oneof![any::<i64>(), -9i64..9], exponent in -40i32..70) {
            let exact = if exponent >= 0 { divide_even(x.into(), exponent as u32) } else { i128::from(x) << -exponent };
            let saturated = exact.clamp(i32::MIN.into(), i32::MAX.into());
            prop_assert_eq!(i128::from(divide_by_pot_half_even(x, exponent)), saturated);
            let _ = divide_by_pot_half_even(x, i32::MIN);
        }

        #[test]
        fn half_even_is_that_of_f32(acc in accumulator(), real in prop_oneof![1e-8f32..1.0, 1e-5f32..1e-3, 1.0f32..1e5]) {
            let exact = (acc as f32 * real).round_ties_even();
            prop_assert_eq!(requantize_half_even(acc, Multiplier::from_f64(real.into())), exact as i32);
        }

        /// Multipliers that bring an accumulator to a tie, or next to one.
        #[test]
        fn half_even_is_that_of_f32_at_ties(acc in 1i32..=i32::MAX, half in 0i32..600, steps in -8i32..=8, negative: bool) {
            let real = (f64::from(half) + 0.5) / f64::from(acc);
            let real = f32::from_bits((real as f32).to_bits().wrapping_add_signed(steps));
            let acc = if negative { -acc } else { acc };
            let exact = (acc as f32 * real).round_ties_even();
            prop_assert_eq!(requantize_half_even(acc, Multiplier::from_f64(real.into())), exact as i32);
        }

        #[test]
        fn half_even_of_means(sum in -100_000i32..100_000, count in 1u32..400) {
            let real = 1.0 / count as f32;
            let exact = (sum as f32 * real).round_ties_even();
            prop_assert_eq!(requantize_half_even(sum, Multiplier::from_f64(real.into())), exact as i32);
        }

        #[test]
        fn every_rounding_is_monotonic(a in -2_000_000i32..2_000_000, step in 0i32..1000, fraction in (1i32 << 30).., shift in -31i32..=8) {
            let m = Multiplier { multiplier: fraction, shift };
            for rounding in [Rounding::Double, Rounding::Single, Rounding::HalfEven] {
                prop_assert!(requantize(a, m, rounding) <= requantize(a + step, m, rounding));
            }
        }

        #[test]
        fn an_f32_is_represented_exactly(real in (1e-9f32..1e9f32)) {
            prop_assert_eq!(Multiplier::from_f64(real.into()).to_f64(), f64::from(real));
        }

        #[test]
        fn from_f64_is_the_nearest(real in 1e-8f64..1e8) {
            let m = Multiplier::from_f64(real);
            prop_assert!(m.multiplier >= 1 << 30);
            let error = (m.to_f64() - real).abs();
            prop_assert!(error <= 2f64.powi(m.shift - 32), "{} from {}", error, real);
        }

        #[test]
        fn no_shift_or_multiplier_panics(acc in any::<i32>(), multiplier in any::<i32>(), shift in any::<i32>()) {
            let m = Multiplier { multiplier, shift };
            for rounding in [Rounding::Double, Rounding::Single, Rounding::HalfEven] {
                let _ = requantize(acc, m, rounding);
            }
        }
    }
}
