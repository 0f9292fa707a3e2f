//! Hyperbolic functions and their inverses in `f32`, with `core` alone: the same bits everywhere. (The hyperbolic tangent is in
//! [`float`](crate::float).)

use crate::float::{exp, ln, sqrt};

/// The hyperbolic sine, to 1.5 units in the last place.
#[must_use]
pub const fn sinh(x: f32) -> f32 {
    let magnitude = x.abs();
    if magnitude < 1.0 {
        let z = x * x;
        let series = 0.166_666_67 + z * (0.008_333_351 + z * (0.000_198_360_66 + z * 2.817_439_7e-6));
        return (x + x * (z * series)).copysign(x);
    }
    (half_exp(magnitude) - 0.25 / half_exp(magnitude)).copysign(x)
}

/// The hyperbolic cosine, to 1.5 units in the last place.
#[must_use]
pub const fn cosh(x: f32) -> f32 {
    let half = half_exp(x.abs());
    half + 0.25 / half
}

/// `e^x / 2`, also where `e^x` is beyond all floats.
const fn half_exp(x: f32) -> f32 {
    if x < 88.0 {
        return 0.5 * exp(x);
    }
    // The upper bits of ln 2 are taken away exactly, the rest of it as a factor.
    exp(x - 0.693_359_4) * (1.0 + 2.121_944_4e-4)
}

/// The number with this hyperbolic sine, to 2.5 units in the last place.
#[must_use]
pub const fn asinh(x: f32) -> f32 {
    let magnitude = x.abs();
    if magnitude < 0.5 {
        let z = x * x;
        let series = -0.166_666_43
            + z * (0.074_986_614 + z * (-0.044_385_6 + z * (0.028_174_134 + z * -0.013_245_494)));
        return (x + x * (z * series)).copysign(x);
    }
    let result = if magnitude > 1e9 {
        ln(magnitude) + core::f32::consts::LN_2
    } else {
        let root = sqrt(magnitude * magnitude + 1.0);
        ln_1p(magnitude + magnitude * magnitude / (root + 1.0))
    };
    result.copysign(x)
}

/// The number from 0 on with this hyperbolic cosine, to 2.5 units in the last place; NaN below 1.
#[must_use]
pub const fn acosh(x: f32) -> f32 {
    if x > 1e9 {
        return ln(x) + core::f32::consts::LN_2;
    }
    let above = x - 1.0;
    // The root of a negative number is NaN.
    ln_1p(above + sqrt(above * (above + 2.0)))
}

/// The number with this hyperbolic tangent, to 2.5 units in the last place; NaN beyond ±1.
#[must_use]
pub const fn atanh(x: f32) -> f32 {
    let magnitude = x.abs();
    if magnitude < 0.5 {
        let z = x * x;
        let series = 0.333_333
            + z * (0.200_025_95
                + z * (0.142_213_6 + z * (0.118_350_856 + z * (0.050_940_67 + z * 0.177_262_44))));
        return (x + x * (z * series)).copysign(x);
    }
    (0.5 * ln_1p(2.0 * magnitude / (1.0 - magnitude))).copysign(x)
}

/// `ln(1 + x)`, which does not lose a small `x` (Kahan): the rounding of `1 + x` changes logarithm and difference alike.
const fn ln_1p(x: f32) -> f32 {
    let sum = 1.0 + x;
    if sum == 1.0 || sum == f32::INFINITY {
        return if sum == 1.0 { x } else { sum };
    }
    ln(sum) * (x / (sum - 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::float::test_support::{Bound, worst};

    #[test]
    fn errors_are_within_the_stated_bounds() {
        let bounds: [Bound; 5] = [
            ("sinh", sinh, f64::sinh, 1.5),
            ("cosh", cosh, f64::cosh, 1.5),
            ("asinh", asinh, f64::asinh, 2.5),
            ("acosh", acosh, f64::acosh, 2.5),
            ("atanh", atanh, f64::atanh, 2.5),
        ];
        for (name, f, exact, bound) in bounds {
            let worst = worst(f, exact);
            assert!(worst < bound, "{name}: {worst}");
        }
    }

    #[test]
    fn special_values() {
        let infinity = f32::INFINITY;
        assert_eq!((sinh(infinity), sinh(-infinity), cosh(-infinity)), (infinity, -infinity, infinity));
        assert_eq!((asinh(-infinity), acosh(infinity), acosh(1.0)), (-infinity, infinity, 0.0));
        assert_eq!(
            (atanh(1.0), atanh(-1.0), atanh(-0.0).to_bits(), sinh(-0.0).to_bits()),
            (infinity, -infinity, 1 << 31, 1 << 31)
        );
        assert!([acosh(0.5), acosh(-1.0), atanh(1.5), atanh(-2.0)].iter().all(|y| y.is_nan()));
        let functions: [fn(f32) -> f32; 5] = [sinh, cosh, asinh, acosh, atanh];
        assert!(functions.iter().all(|f| f(f32::NAN).is_nan()));
    }
}
