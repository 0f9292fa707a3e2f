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
/// Bits that a sum keeps below the significand: two, and one that says whether anything was lost.
const GUARD: u32 = 3;

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
#[inline]
#[must_use]
pub const fn add(a: u32, b: u32) -> u32 {
    let (a, b) = if a << 1 < b << 1 { (b, a) } else { (a, b) };
    let (exponent, shift) = {
        let (a, b) = (exponent(a), exponent(b));
        (a, a - b)
    };
    let (large, small) = (significand(a), aligned(significand(b), shift));
    if (a ^ b) & SIGN != 0 {
        let difference = large - small;
        if difference == 0 {
            return 0;
        }
        // The leading one belongs at bit 26; a subnormal number has none there.
        let short = difference.leading_zeros() - (31 - FRACTION - GUARD);
        let up = if short < exponent { short } else { exponent - 1 };
        return (a & SIGN) | rounded(difference << up, exponent - up);
    }
    let sum = large + small;
    if sum >> (FRACTION + GUARD + 1) == 0 {
        return (a & SIGN) | rounded(sum, exponent);
    }
    (a & SIGN) | rounded((sum >> 1) | (sum & 1), exponent + 1)
}

/// The exponent's field; 1 for subnormal numbers, which it is the weight of.
const fn exponent(bits: u32) -> u32 {
    let field = (bits << 1) >> (FRACTION + 1);
    if field == 0 { 1 } else { field }
}

/// The significand with its leading one, above the guard bits.
const fn significand(bits: u32) -> u32 {
    let fraction = bits & ((1 << FRACTION) - 1);
    let leading = if (bits << 1) >> (FRACTION + 1) == 0 { 0 } else { 1 << FRACTION };
    (fraction | leading) << GUARD
}

/// The significand shifted down; its lowest bit says whether anything was lost.
const fn aligned(significand: u32, shift: u32) -> u32 {
    if shift > FRACTION + GUARD {
        return (significand != 0) as u32;
    }
    let down = significand >> shift;
    down | (down << shift != significand) as u32
}

/// The bits of a significand with guard bits and an exponent, rounded half to even; infinity beyond the largest number.
const fn rounded(significand: u32, exponent: u32) -> u32 {
    let (guard, whole) = (significand & ((1 << GUARD) - 1), significand >> GUARD);
    let half = 1 << (GUARD - 1);
    let up = (guard > half || (guard == half && whole & 1 == 1)) as u32;
    // The leading one, where there is one, counts the exponent up; so does a carry out of the fraction.
    let bits = ((exponent - 1) << FRACTION) + whole + up;
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
