//! `f32` by their bits, in integers: for cores without a floating-point unit, and wherever the result must be the same as with one.
//!
//! The order-preserving key of a float is a signed integer, so that a comparison with a constant is one of integers. The sum is that of
//! IEEE 754, rounded to nearest, ties to even.

/// The sign of a float.
const SIGN: u32 = 0x8000_0000;
/// The bits of infinity.
const INFINITY: u32 = 0x7f80_0000;
/// Bits of a significand below the leading one.
const FRACTION: u32 = 23;

/// Whether these are the bits of a NaN, of either sign and with any payload.
#[inline(always)]
#[must_use]
pub const fn is_nan(bits: u32) -> bool {
    bits << 1 > INFINITY << 1
}

/// An integer for each float, in the order of the floats, but with -0 right below +0. NaN have keys beyond those of the infinities.
#[inline(always)]
#[must_use]
pub const fn key(bits: u32) -> i32 {
    // A negative float's magnitude counts down.
    (bits ^ (((bits as i32 >> 31) as u32) >> 1)) as i32
}

/// Whether `a > b` as floats, of whose bits these are: false if one of them is NaN, and zeros are equal.
#[inline(always)]
#[must_use]
pub const fn greater(a: u32, b: u32) -> bool {
    !is_nan(a) && !is_nan(b) && key(one_zero(a)) > key(one_zero(b))
}

/// The same float, +0 for -0.
#[inline(always)]
#[must_use]
pub const fn one_zero(bits: u32) -> u32 {
    if bits == SIGN { 0 } else { bits }
}

/// `a + b` for finite floats, of whose bits these are.
///
/// Summands of one sign, the usual case, keep few values alive, since small cores have few registers.
#[inline]
#[must_use]
pub const fn add(a: u32, b: u32) -> u32 {
    let (a, b) = if a << 1 < b << 1 { (b, a) } else { (a, b) };
    let (upper, lower) = (a << 1, b << 1);
    let shift = (upper >> (FRACTION + 1)) - (lower >> (FRACTION + 1));
    let usual = lower >> (FRACTION + 1) != 0 && upper < LARGE;
    if (a ^ b) & SIGN != 0 || !usual {
        return add_any(a, b);
    }
    if shift > FRACTION + 1 {
        return a;
    }
    // The leading ones are second from the top: a place more for the sum.
    let small = ((lower << 7) >> 1) | LEADING;
    let high = small >> shift;
    let sum = (((upper << 7) >> 1) | LEADING) + high;
    // The leading one counts the exponent up, as does a carry out of the fraction.
    let (whole, below) =
        if sum >> 31 == 0 { (sum >> 7, sum << 25) } else { ((sum >> 8) + (1 << FRACTION), sum << 24) };
    let whole = whole + (below >> 31);
    // Half of a step rounds up, unless nothing was lost and the whole is even.
    let whole = if below == SIGN && high << shift == small { whole & !1 } else { whole };
    ((upper >> (FRACTION + 1) << FRACTION) + whole - (1 << FRACTION)) | (a >> 31 << 31)
}

/// A leading one with a place for a carry above it.
const LEADING: u32 = 1 << 30;
/// From this magnitude on (its bits without the sign, twice), a sum may be infinite.
const LARGE: u32 = 0xfe00_0000;

/// `a + b` for finite floats, of which `b` is not the larger one in magnitude.
///
/// The smaller summand's significand is shifted to the larger one's place; what falls off is kept to the bit, in 32 bits below.
#[cold]
#[inline(never)]
const fn add_any(a: u32, b: u32) -> u32 {
    if b << 1 == 0 {
        // A zero is negative only if both are.
        return if a << 1 == 0 { a & b } else { a };
    }
    let (exponent, large) = parts(a);
    let (smaller, small) = parts(b);
    let shift = exponent - smaller;
    if shift > MOST_SHIFT {
        return a;
    }
    let (high, low) = (small >> shift, (small << 1) << (31 - shift));
    if (a ^ b) & SIGN == 0 {
        let sum = large + high;
        if sum >> (FRACTION + 1) == 0 {
            return (a & SIGN) | rounded(sum, low, exponent);
        }
        // What falls off beside what fell off before: only whether there is any matters.
        return (a & SIGN) | rounded(sum >> 1, (sum << 31) | (low >> 1) | (low & 1), exponent + 1);
    }
    let (difference, rest) = (large - high - (low != 0) as u32, low.wrapping_neg());
    if difference >> FRACTION != 0 {
        return (a & SIGN) | rounded(difference, rest, exponent);
    }
    if shift > 1 {
        // The leading one is one place lower.
        return (a & SIGN) | rounded((difference << 1) | (rest >> 31), rest << 1, exponent - 1);
    }
    // Close to each other: nothing has fallen off but half a step.
    let difference = (difference << 1) | (rest >> 31);
    if difference == 0 {
        return 0;
    }
    // Half steps have an exponent less; subnormal numbers have no lower one.
    if exponent == 1 {
        return (a & SIGN) | (difference >> 1);
    }
    let short = difference.leading_zeros() - (31 - FRACTION);
    let up = if short < exponent - 1 { short } else { exponent - 2 };
    (a & SIGN) | rounded(difference << up, 0, exponent - 1 - up)
}

/// Beyond this shift, the smaller summand is less than a quarter of the larger one's step.
const MOST_SHIFT: u32 = FRACTION + 2;

/// The exponent's field, 1 for subnormal numbers, which it is the weight of; and the significand with its leading one, if there is one.
#[inline(always)]
const fn parts(bits: u32) -> (u32, u32) {
    let (field, fraction) = ((bits << 1) >> (FRACTION + 1), bits & ((1 << FRACTION) - 1));
    if field == 0 { (1, fraction) } else { (field, fraction | 1 << FRACTION) }
}

/// The bits of a significand and 32 bits below it, rounded half to even; infinity beyond the largest number.
#[inline(always)]
const fn rounded(significand: u32, below: u32, exponent: u32) -> u32 {
    let up = (below >> 31) & ((below << 1 != 0) as u32 | significand & 1);
    // The leading one, where there is one, counts the exponent up; so does a carry out of the fraction.
    let bits = ((exponent - 1) << FRACTION) + significand + up;
    if bits > INFINITY { INFINITY } else { bits }
}

#[cfg(test)]
mod test {
    use super::*;
    use std::vec::Vec;

    use proptest::prelude::*;

    /// Where formulas change: zeros, ends of the subnormal and normal numbers, ones and their neighbours, of both signs.
    fn corners() -> Vec<u32> {
        let magnitudes = [
            0,
            1,
            2,
            0x0040_0000,
            0x007f_ffff,
            0x0080_0000,
            0x0080_0001,
            0x00ff_ffff,
            0x0100_0000,
            0x3f7f_ffff,
            0x3f80_0000,
            0x3f80_0001,
            0x3fff_ffff,
            0x4000_0000,
            0x4b00_0000,
            0x4b80_0000,
            0x4c00_0000,
            0x7eff_ffff,
            0x7f00_0000,
            0x7f7f_ffff,
        ];
        magnitudes.into_iter().flat_map(|bits| [bits, bits | SIGN]).collect()
    }

    #[test]
    fn sums_of_corners_are_those_of_the_machine() {
        for a in corners() {
            for b in corners() {
                let expected = (f32::from_bits(a) + f32::from_bits(b)).to_bits();
                assert_eq!(add(a, b), expected, "{a:08x} + {b:08x}");
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn sums_are_those_of_the_machine(a: u32, b: u32, near in 0u32..60, close: bool) {
            // Exponents that are near each other, where bits meet, as often as any.
            let b = if close { (b & 0x807f_ffff) | (((a >> 23 & 0xff).saturating_sub(30) + near).min(254) << 23) } else { b };
            prop_assume!(f32::from_bits(a).is_finite() && f32::from_bits(b).is_finite());
            prop_assert_eq!(add(a, b), (f32::from_bits(a) + f32::from_bits(b)).to_bits());
        }

        #[test]
        fn comparisons_are_those_of_the_machine(a: u32, b: u32) {
            prop_assert_eq!(greater(a, b), f32::from_bits(a) > f32::from_bits(b));
            prop_assert_eq!(is_nan(a), f32::from_bits(a).is_nan());
        }
    }

    #[test]
    fn comparisons_of_corners_are_those_of_the_machine() {
        let more = [INFINITY, INFINITY | SIGN, 0x7f80_0001, 0xff80_0001, 0x7fc0_0000, 0xffff_ffff];
        let all: Vec<u32> = corners().into_iter().chain(more).collect();
        for &a in &all {
            for &b in &all {
                assert_eq!(greater(a, b), f32::from_bits(a) > f32::from_bits(b), "{a:08x} > {b:08x}");
                if !is_nan(a) && !is_nan(b) && f32::from_bits(a) != f32::from_bits(b) {
                    assert_eq!(key(a) < key(b), f32::from_bits(a) < f32::from_bits(b), "{a:08x} < {b:08x}");
                }
            }
        }
    }
}
