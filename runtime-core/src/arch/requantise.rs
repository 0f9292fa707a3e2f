//! Requantisation in the forms of `tinyml_arith::high_mul`, by the DSP instructions.
//!
//! The compiler gives constants with which these are the layer's exact requantisation for every accumulator that it can
//! have. One result costs SMMLA, a shift (none, if it is the constant 0) and its share of saturation and packing.

use tinyml_arith::HighMul;

use super::dsp::{max_i8x4, min_i8x4, pkhbt_lsl16, smmla, smmlar, usat16_8};

/// `HighMul::apply`: the result before saturation.
#[inline(always)]
#[must_use]
pub(crate) fn scale(form: HighMul, acc: i32, multiplier: i32, offset: i32, shift: u32) -> i32 {
    let sum = match form {
        HighMul::Floor => smmla(acc, multiplier, offset),
        HighMul::Double => smmlar(acc.wrapping_shl(1), multiplier, offset.wrapping_add(acc >> 31)),
    };
    sum.wrapping_shr(shift)
}

/// Four results as the bytes of a word, saturated to int8. They come with 128 added (to the zero point, that is to the offset
/// as `128 << shift`), and must then lie in the range of i16.
#[inline(always)]
#[must_use]
pub(crate) fn saturate_i8x4(plus_128: [i32; 4]) -> u32 {
    let [a, b, c, d] = plus_128.map(|x| x as u32);
    let even = usat16_8(pkhbt_lsl16(a, c));
    let odd = usat16_8(pkhbt_lsl16(b, d));
    (even | odd << 8) ^ 0x8080_8080
}

/// Each of four int8, moved into `min..=max`; both bounds are given four times.
#[inline(always)]
#[must_use]
pub(crate) fn clamp_i8x4(x: u32, min: u32, max: u32) -> u32 {
    min_i8x4(max_i8x4(x, min), max)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_forms_are_arithmetics(acc: i32, multiplier: i32, offset: i32, shift in 0u32..20) {
            for form in [HighMul::Floor, HighMul::Double] {
                prop_assert_eq!(
                    scale(form, acc, multiplier, offset, shift),
                    form.apply(acc, multiplier, offset, shift)
                );
            }
        }

        #[test]
        fn four_results_saturate(x: [i16; 4], bounds: (i8, i8)) {
            let biased = x.map(i32::from);
            let expected = biased.map(|x| (x - 128).clamp(-128, 127) as i8);
            let word = saturate_i8x4(biased);
            prop_assert_eq!(word.to_le_bytes().map(|byte| byte as i8), expected);
            let (min, max) = (bounds.0.min(bounds.1), bounds.0.max(bounds.1));
            let four = |x: i8| u32::from_le_bytes([x as u8; 4]);
            let clamped = clamp_i8x4(word, four(min), four(max));
            prop_assert_eq!(clamped.to_le_bytes().map(|byte| byte as i8), expected.map(|x| x.clamp(min, max)));
        }
    }
}
