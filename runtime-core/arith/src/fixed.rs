//! gemmlowp's fixed-point functions, on which TFLM's SOFTMAX, LOGISTIC and TANH stand.
//!
//! A number with `I` integer bits is an `i32` of value `raw / 2^(31 - I)`. "One" with no integer bits is `i32::MAX`.
//! The polynomials, constants and Newton steps are part of the definition: their error shows in the output bits.

use crate::requantize::{rounding_divide_by_pot, saturating_rounding_doubling_high_mul as mul};

/// `exp(-2^k)` for `k` in `-2..=4`, in Q0.31.
const EXP_OF_POWERS: [i32; 7] =
    [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];

/// `x * 2^exponent`, saturated. `exponent` in `1..=31`.
const fn saturating_shl(x: i32, exponent: u32) -> i32 {
    let limit = i32::MAX >> exponent;
    if x > limit {
        i32::MAX
    } else if x < -limit {
        i32::MIN
    } else {
        x << exponent
    }
}

/// `exp(a)` for `a` in `[-1/4, 0)`, in and out in Q0.31: a fourth-order Taylor polynomial around -1/8.
const fn exp_between_minus_quarter_and_0(a: i32) -> i32 {
    const EXP_MINUS_EIGHTH: i32 = 1_895_147_668;
    const THIRD: i32 = 715_827_883;
    let x = a.wrapping_add(1 << 28);
    let x2 = mul(x, x);
    let x3 = mul(x2, x);
    let x4 = mul(x2, x2);
    let x4_over_4 = rounding_divide_by_pot(x4, 2);
    let higher_terms = rounding_divide_by_pot(mul(x4_over_4.wrapping_add(x3), THIRD).wrapping_add(x2), 1);
    EXP_MINUS_EIGHTH.wrapping_add(mul(EXP_MINUS_EIGHTH, x.wrapping_add(higher_terms)))
}

/// `exp(a)` in Q0.31 for `a <= 0` with `INTEGER_BITS` (at most 5) integer bits.
#[inline]
#[must_use]
pub const fn exp_on_negative_values<const INTEGER_BITS: u32>(a: i32) -> i32 {
    const { assert!(INTEGER_BITS <= 5, "more integer bits need a clamp at -32") };
    if a == 0 {
        return i32::MAX;
    }
    let fractional_bits = 31 - INTEGER_BITS;
    let quarter = 1i32 << (fractional_bits - 2);
    // a = (remainder, a multiple of 1/4) + (a part in [-1/4, 0)).
    let part = (a & (quarter - 1)).wrapping_sub(quarter);
    let mut result = exp_between_minus_quarter_and_0(part.wrapping_shl(INTEGER_BITS));
    let remainder = part.wrapping_sub(a);
    let mut bit = 0;
    while bit < 2 + INTEGER_BITS {
        if remainder & (quarter << bit) != 0 {
            result = mul(result, EXP_OF_POWERS[bit as usize]);
        }
        bit += 1;
    }
    result
}

/// Three Newton-Raphson steps towards `2 / (1 + a)`, in Q2.29, for `a` in `[0, 1)` in Q0.31.
const fn two_over_one_plus(a: i32) -> i32 {
    const C48_OVER_17: i32 = 1_515_870_810;
    const NEG_32_OVER_17: i32 = -1_010_580_540;
    const ONE: i32 = 1 << 29;
    // (a + 1) / 2, half away from zero; "one" is i32::MAX.
    let sum = a as i64 + i32::MAX as i64;
    let half_denominator = ((sum + if sum >= 0 { 1 } else { -1 }) / 2) as i32;
    let mut x = C48_OVER_17.wrapping_add(mul(half_denominator, NEG_32_OVER_17));
    let mut step = 0;
    while step < 3 {
        let error = ONE.wrapping_sub(mul(half_denominator, x));
        x = x.wrapping_add(saturating_shl(mul(x, error), 2));
        step += 1;
    }
    x
}

/// `1 / (1 + a)` in Q0.31 for `a` in `[0, 1)` in Q0.31.
#[inline]
#[must_use]
pub const fn one_over_one_plus_x(a: i32) -> i32 {
    saturating_shl(two_over_one_plus(a), 1)
}

/// `(1 - a) / (1 + a)` in Q0.31 for `a` in `[0, 1)` in Q0.31.
#[inline]
#[must_use]
pub const fn one_minus_x_over_one_plus_x(a: i32) -> i32 {
    saturating_shl(two_over_one_plus(a).wrapping_sub(1 << 29), 2)
}

/// `1 / (1 + exp(-a))` in Q0.31, `a` in Q4.27.
#[inline]
#[must_use]
pub const fn logistic_q4(a: i32) -> i32 {
    if a == 0 {
        return 1 << 30;
    }
    let minus_magnitude = if a > 0 { a.wrapping_neg() } else { a };
    let result = one_over_one_plus_x(exp_on_negative_values::<4>(minus_magnitude));
    if a > 0 { result } else { i32::MAX.wrapping_sub(result) }
}

/// `tanh(a)` in Q0.31, `a` in Q4.27.
#[inline]
#[must_use]
pub const fn tanh_q4(a: i32) -> i32 {
    if a == 0 {
        return 0;
    }
    let minus_magnitude = if a > 0 { a.wrapping_neg() } else { a };
    // The same bits read with one more integer bit are twice the value: tanh is a function of exp(-2|a|).
    let result = one_minus_x_over_one_plus_x(exp_on_negative_values::<5>(minus_magnitude));
    if a > 0 { result } else { result.wrapping_neg() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn real(raw: i32, integer_bits: i32) -> f64 {
        f64::from(raw) / 2f64.powi(31 - integer_bits)
    }

    #[test]
    fn the_constants_are_powers_of_e() {
        for (k, &raw) in (-2..).zip(&EXP_OF_POWERS) {
            assert_eq!(f64::from(raw), ((-(2f64.powi(k))).exp() * 2f64.powi(31)).round());
        }
    }

    proptest! {
        #[test]
        fn exp_is_close(a in i32::MIN..=0) {
            prop_assert!((real(exp_on_negative_values::<5>(a), 0) - real(a, 5).exp()).abs() < 4e-7);
            prop_assert!((real(exp_on_negative_values::<4>(a), 0) - real(a, 4).exp()).abs() < 4e-7);
        }

        #[test]
        fn logistic_and_tanh_are_close(a in (i32::MIN + 1)..=i32::MAX) {
            let x = real(a, 4);
            prop_assert!((real(logistic_q4(a), 0) - 1.0 / (1.0 + (-x).exp())).abs() < 1e-6);
            prop_assert!((real(tanh_q4(a), 0) - x.tanh()).abs() < 1e-6);
        }

        #[test]
        fn reciprocal_is_close(a in 0..=i32::MAX) {
            prop_assert!((real(one_over_one_plus_x(a), 0) - 1.0 / (1.0 + real(a, 0))).abs() < 1e-6);
        }

        #[test]
        fn nothing_panics(a in any::<i32>()) {
            let _ = (logistic_q4(a), tanh_q4(a), one_over_one_plus_x(a), exp_on_negative_values::<5>(a));
        }
    }
}
