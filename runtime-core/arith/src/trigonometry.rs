//! Trigonometric functions and their inverses in `f32`, with `core` alone: the same bits everywhere.
//!
//! Polynomials are fitted to the smallest largest error, relative to the function. Angles of any size are reduced exactly: a product with the
//! bits of `2/π` that matter, in integers (Payne and Hanek, 1983).

use crate::float::{Double, sqrt};

const PI: f32 = core::f32::consts::PI;
const FRAC_PI_2: f32 = core::f32::consts::FRAC_PI_2;
const FRAC_PI_4: f32 = core::f32::consts::FRAC_PI_4;
/// What `π/2` is more than its `f32`.
const FRAC_PI_2_LOW: f32 = -4.371_139e-8;

/// The bits of `2/π` behind the point, behind 64 zeros.
const TWO_OVER_PI: [u32; 11] = [
    0,
    0,
    0xa2f9_836e,
    0x4e44_1529,
    0xfc27_57d1,
    0xf534_ddc0,
    0xdb62_9599,
    0x3c43_9041,
    0xfe51_63ab,
    0xdebb_c561,
    0xb724_6e3a,
];

/// The quarter turns in an angle, modulo 4, and the rest, at most an eighth of a turn to either side.
const fn reduce(x: f32) -> (u32, f32) {
    if x.abs() <= FRAC_PI_4 {
        return (0, x);
    }
    let bits = x.to_bits();
    // |x| = mantissa · 2^exponent, with an exponent of -24 to 104.
    let mantissa = ((bits & 0x007f_ffff) | 0x0080_0000) as u64;
    let exponent = ((bits >> 23) & 0xff).wrapping_sub(150);
    // Quarter turns with 62 bits behind the point: of 2/π, the 96 bits that reach them.
    let offset = exponent.wrapping_add(62);
    let word = (offset >> 5) as usize & 7;
    let shift = offset & 31;
    let [a, b, c, d] =
        [TWO_OVER_PI[word], TWO_OVER_PI[word + 1], TWO_OVER_PI[word + 2], TWO_OVER_PI[word + 3]];
    let turns = (mantissa.wrapping_mul(word_at(a, b, shift)) << 32)
        .wrapping_add(mantissa.wrapping_mul(word_at(b, c, shift)))
        .wrapping_add(mantissa.wrapping_mul(word_at(c, d, shift)) >> 32);
    let quarters = turns.wrapping_add(1 << 61) >> 62;
    let rest = turns.wrapping_sub(quarters << 62) as i64;
    // To an angle, rounded once.
    const UNIT: f32 = 1.0 / 4_611_686_018_427_387_904.0;
    let upper = rest as f32;
    let lower = rest.wrapping_sub(upper as i64) as f32;
    let product = Double::product(upper, FRAC_PI_2 * UNIT);
    let angle = product.high + (product.low + (upper * (FRAC_PI_2_LOW * UNIT) + lower * (FRAC_PI_2 * UNIT)));
    if x < 0.0 { ((quarters as u32).wrapping_neg() & 3, -angle) } else { (quarters as u32 & 3, angle) }
}

/// The word that begins `shift` bits behind the begin of two.
const fn word_at(first: u32, second: u32, shift: u32) -> u64 {
    ((((first as u64) << 32) | second as u64) << shift) >> 32
}

/// The sine of an angle of at most `π/4`.
const fn short_sin(x: f32) -> f32 {
    let z = x * x;
    let series = -0.166_666_67 + z * (0.008_333_329 + z * (-0.000_198_392_95 + z * 2.717_939_7e-6));
    // The sign of a zero stays.
    (x + x * (z * series)).copysign(x)
}

/// The cosine of an angle of at most `π/4`.
const fn short_cos(x: f32) -> f32 {
    let z = x * x;
    let series = 0.041_666_646 + z * (-0.001_388_733_7 + z * 2.443_484_1e-5);
    // What is lost of 1 - z/2 comes back.
    let half = 0.5 * z;
    let rough = 1.0 - half;
    rough + (((1.0 - rough) - half) + z * z * series)
}

/// The sine, to 1.5 units in the last place.
#[must_use]
pub const fn sin(x: f32) -> f32 {
    if !x.is_finite() {
        return f32::NAN;
    }
    match reduce(x) {
        (0, rest) => short_sin(rest),
        (1, rest) => short_cos(rest),
        (2, rest) => -short_sin(rest),
        (_, rest) => -short_cos(rest),
    }
}

/// The cosine, to 1.5 units in the last place.
#[must_use]
pub const fn cos(x: f32) -> f32 {
    if !x.is_finite() {
        return f32::NAN;
    }
    match reduce(x) {
        (0, rest) => short_cos(rest),
        (1, rest) => -short_sin(rest),
        (2, rest) => -short_cos(rest),
        (_, rest) => short_sin(rest),
    }
}

/// The tangent, to 3 units in the last place.
#[must_use]
pub const fn tan(x: f32) -> f32 {
    if !x.is_finite() {
        return f32::NAN;
    }
    let (quarters, rest) = reduce(x);
    let (sin, cos) = (short_sin(rest), short_cos(rest));
    if quarters & 1 == 0 { sin / cos } else { -cos / sin }
}

/// The angle with this tangent, to 2 units in the last place.
#[must_use]
pub const fn atan(x: f32) -> f32 {
    const TAN_PI_8: f32 = 0.414_213_57;
    let magnitude = x.abs();
    // atan(x) = base + atan(t), with |t| <= tan(π/8).
    let (base, low, t) = if magnitude > 1.0 / TAN_PI_8 {
        (FRAC_PI_2, FRAC_PI_2_LOW, -1.0 / magnitude)
    } else if magnitude > TAN_PI_8 {
        (FRAC_PI_4, 0.5 * FRAC_PI_2_LOW, (magnitude - 1.0) / (magnitude + 1.0))
    } else {
        (0.0, 0.0, magnitude)
    };
    let z = t * t;
    let series =
        -0.333_333_13 + z * (0.199_984_34 + z * (-0.142_427_4 + z * (0.105_873_57 + z * -0.060_605_135)));
    (base + (t + (t * (z * series) + low))).copysign(x)
}

/// The angle with this sine for magnitudes of at most 1/2, less the sine.
const fn short_asin_rest(x: f32) -> f32 {
    let z = x * x;
    let series = 0.166_666_6
        + z * (0.075_005_12
            + z * (0.044_515_472 + z * (0.031_819_813 + z * (0.014_393_829 + z * 0.037_578_125))));
    x * (z * series)
}

/// The angle with this sine, to 2.1 units in the last place; NaN beyond ±1.
#[must_use]
pub const fn asin(x: f32) -> f32 {
    let magnitude = x.abs();
    if magnitude <= 0.5 {
        return (x + short_asin_rest(x)).copysign(x);
    }
    // π/2 - 2 asin(√((1 - x) / 2)); the root of a negative number is NaN.
    let half = sqrt(0.5 * (1.0 - magnitude));
    (FRAC_PI_2 - 2.0 * (half + short_asin_rest(half)) + FRAC_PI_2_LOW).copysign(x)
}

/// The angle with this cosine, to 1.5 units in the last place; NaN beyond ±1.
#[must_use]
pub const fn acos(x: f32) -> f32 {
    if x.abs() <= 0.5 {
        return FRAC_PI_2 - (x + (short_asin_rest(x) - FRAC_PI_2_LOW));
    }
    let half = sqrt(0.5 * (1.0 - x.abs()));
    let angle = 2.0 * (half + short_asin_rest(half));
    if x > 0.0 { angle } else { PI - (angle - 2.0 * FRAC_PI_2_LOW) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::float::test_support::{Bound, worst};

    #[test]
    fn errors_are_within_the_stated_bounds() {
        let bounds: [Bound; 6] = [
            ("sin", sin, f64::sin, 1.5),
            ("cos", cos, f64::cos, 1.5),
            ("tan", tan, f64::tan, 3.0),
            ("atan", atan, f64::atan, 2.0),
            ("asin", asin, f64::asin, 2.1),
            ("acos", acos, f64::acos, 1.5),
        ];
        for (name, f, exact, bound) in bounds {
            let worst = worst(f, exact);
            assert!(worst < bound, "{name}: {worst}");
        }
    }

    #[test]
    fn angles_near_multiples_of_a_quarter_turn() {
        // Those whose rest is smallest among all floats: the reduction must be exact.
        for quarters in 1..40_000u32 {
            let x = (f64::from(quarters) * core::f64::consts::FRAC_PI_2) as f32;
            for x in [f32::from_bits(x.to_bits() - 1), x, f32::from_bits(x.to_bits() + 1), x * 4096.0] {
                for (got, exact) in [(sin(x), f64::from(x).sin()), (cos(x), f64::from(x).cos())] {
                    assert!((f64::from(got) - exact).abs() <= exact.abs() * 2e-7, "{x}: {got} for {exact}");
                }
            }
        }
    }

    #[test]
    fn special_values() {
        assert_eq!(
            (sin(0.0), sin(-0.0).to_bits(), cos(0.0), tan(-0.0).to_bits()),
            (0.0, 1 << 31, 1.0, 1 << 31)
        );
        assert_eq!((asin(1.0), asin(-1.0), acos(1.0), acos(-1.0)), (FRAC_PI_2, -FRAC_PI_2, 0.0, PI));
        assert_eq!(
            (atan(f32::INFINITY), atan(f32::NEG_INFINITY), atan(-0.0).to_bits()),
            (FRAC_PI_2, -FRAC_PI_2, 1 << 31)
        );
        let functions: [fn(f32) -> f32; 6] = [sin, cos, tan, asin, acos, atan];
        assert!(functions.iter().all(|f| f(f32::NAN).is_nan()));
        assert!(
            [sin(f32::INFINITY), cos(f32::NEG_INFINITY), tan(f32::INFINITY), asin(1.5), acos(-1.5)]
                .iter()
                .all(|y| y.is_nan())
        );
    }
}
