//! Real functions for the host, in `f64` and with the same bits on every machine: what tables are made from.
//!
//! `std`'s are those of the system's libm, which differ between machines; generated code must not.

/// The nearest integer, ties to even, for magnitudes below `2^51`.
#[must_use]
pub const fn round_half_even(x: f64) -> f64 {
    const ALL_INTEGERS: f64 = 4_503_599_627_370_496.0;
    let magnitude = x.abs();
    if magnitude.is_nan() || magnitude >= ALL_INTEGERS {
        return x;
    }
    ((magnitude + ALL_INTEGERS) - ALL_INTEGERS).copysign(x)
}

/// `e^x`, to 1 unit in the last place where the result is a normal number, and zero below.
#[must_use]
pub const fn exp(x: f64) -> f64 {
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    if x > 709.782_712_893_384 {
        return f64::INFINITY;
    }
    if x < -708.0 {
        return 0.0;
    }
    let n = round_half_even(x * core::f64::consts::LOG2_E);
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    // The Taylor series to r^13, |r| < 0.347: the rest is below 2^-57.
    let mut sum = 0.0;
    let mut k = 13;
    while k > 1 {
        sum = (sum + 1.0) * r / k as f64;
        k -= 1;
    }
    let fraction = 1.0 + (r + r * sum);
    let n = n as i64;
    let half = n >> 1;
    fraction * power_of_two(half) * power_of_two(n - half)
}

const fn power_of_two(exponent: i64) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// `1 / (1 + e^-x)`.
#[must_use]
pub const fn sigmoid(x: f64) -> f64 {
    let e = exp(-x.abs());
    if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

/// The hyperbolic tangent, to an absolute error of `2^-52`.
#[must_use]
pub const fn tanh(x: f64) -> f64 {
    let e = exp(-2.0 * x.abs());
    ((1.0 - e) / (1.0 + e)).copysign(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn exp_agrees_with_libm(x in -700.0f64..700.0) {
            let ratio = exp(x) / x.exp();
            prop_assert!((ratio - 1.0).abs() <= 4.5e-16, "{}", ratio - 1.0);
        }

        #[test]
        fn sigmoid_and_tanh_agree_with_libm(x in -40.0f64..40.0) {
            prop_assert!((sigmoid(x) - 1.0 / (1.0 + (-x).exp())).abs() <= 4e-16);
            prop_assert!((tanh(x) - x.tanh()).abs() <= 4e-16);
        }

        #[test]
        fn rounding_agrees_with_std(x in -1e6f64..1e6, halves in -1000i32..1000) {
            prop_assert_eq!(round_half_even(x), x.round_ties_even());
            let tie = f64::from(halves) / 2.0;
            prop_assert_eq!(round_half_even(tie).to_bits(), tie.round_ties_even().to_bits());
        }
    }

    #[test]
    fn ends_of_the_range() {
        assert_eq!((exp(0.0), exp(710.0), exp(-800.0)), (1.0, f64::INFINITY, 0.0));
        assert!(exp(f64::NAN).is_nan() && tanh(f64::NAN).is_nan() && sigmoid(f64::NAN).is_nan());
    }
}
