//! The `f32` functions that kernels need, from `core` alone: no libm, no table, no panic path, the same bits on every
//! machine (no fused multiply-add). The stated errors were measured over all `f32` inputs.

/// Above this magnitude every `f32` is an integer.
const ALL_INTEGERS: f32 = 8_388_608.0;
const LOG2_E: f32 = core::f32::consts::LOG2_E;
/// The upper bits of `ln 2`: its product with an exponent is exact.
const LN_2_HIGH: f32 = 0.693_359_4;
/// The rest of `ln 2`.
const LN_2_LOW: f32 = -2.121_944_4e-4;

/// The nearest integer, ties away from zero (C's `roundf`).
#[inline]
#[must_use]
pub const fn round_half_away(x: f32) -> f32 {
    let magnitude = x.abs();
    if magnitude.is_nan() || magnitude >= ALL_INTEGERS {
        return x;
    }
    let whole = magnitude as i32 as f32;
    let rounded = if magnitude - whole >= 0.5 { whole + 1.0 } else { whole };
    rounded.copysign(x)
}

/// The nearest integer, ties to even (IEEE 754's default; C's `nearbyintf` in it).
#[inline]
#[must_use]
pub const fn round_half_even(x: f32) -> f32 {
    let magnitude = x.abs();
    if magnitude.is_nan() || magnitude >= ALL_INTEGERS {
        return x;
    }
    // The sum has no bits left below one: the addition itself rounds to nearest even.
    ((magnitude + ALL_INTEGERS) - ALL_INTEGERS).copysign(x)
}

/// The largest integer not above `x`.
#[inline]
#[must_use]
pub const fn floor(x: f32) -> f32 {
    if x.is_nan() || x.abs() >= ALL_INTEGERS {
        return x;
    }
    let whole = x as i32 as f32;
    let floor = if whole > x { whole - 1.0 } else { whole };
    // Keeps the sign of a zero.
    if floor == 0.0 { floor.copysign(x) } else { floor }
}

/// The smallest integer not below `x`.
#[inline]
#[must_use]
pub const fn ceil(x: f32) -> f32 {
    -floor(-x)
}

/// The square root, to 0.8 units in the last place; NaN of negative numbers. (`core` has none, and the hardware's is no `const fn`.)
#[inline]
#[must_use]
pub const fn sqrt(x: f32) -> f32 {
    if x == 0.0 || x == f32::INFINITY {
        return x;
    }
    // NaN, too.
    if x.is_nan() || x < 0.0 {
        return f32::NAN;
    }
    // Subnormal numbers have too few bits for what follows.
    let subnormal = x < f32::MIN_POSITIVE;
    let x = if subnormal { x * 16_777_216.0 } else { x };
    // A first guess of the reciprocal root from the halved exponent, and Newton's steps towards it.
    let mut y = f32::from_bits(0x5f37_5a86u32.wrapping_sub(x.to_bits() >> 1));
    let half = 0.5 * x;
    y *= 1.5 - half * y * y;
    y *= 1.5 - half * y * y;
    y *= 1.5 - half * y * y;
    let root = x * y;
    // One step of the root itself takes the rounding of the others out.
    let root = root + 0.5 * y * (x - root * root);
    if subnormal { root * (1.0 / 4096.0) } else { root }
}

/// The error function, to an absolute error of 2e-7.
#[inline]
#[must_use]
pub const fn erf(x: f32) -> f32 {
    let magnitude = x.abs();
    if magnitude < 0.65 {
        // The Taylor series.
        let u = x * x;
        let tail = -0.023_809_524 + u * (0.004_629_63 + u * (-0.000_757_575_8 + u * 0.000_106_837_6));
        let series = 1.0 + u * (-0.333_333_34 + u * (0.1 + u * tail));
        return core::f32::consts::FRAC_2_SQRT_PI * x * series;
    }
    // Press et al., Numerical Recipes, erfcc: a Chebyshev fit of the logarithm.
    let t = 1.0 / (1.0 + 0.5 * magnitude);
    let tail = 0.374_091_96
        + t * (0.096_784_18
            + t * (-0.186_288_06
                + t * (0.278_868_07
                    + t * (-1.135_204 + t * (1.488_515_9 + t * (-0.822_152_2 + t * 0.170_872_77))))));
    let logarithm = -magnitude * magnitude - 1.265_512_2 + t * (1.000_023_7 + t * tail);
    (1.0 - t * exp(logarithm)).copysign(x)
}

/// `2^exponent` for exponents of normal numbers, -126 to 127.
const fn power_of_two(exponent: i32) -> f32 {
    f32::from_bits((exponent.wrapping_add(127) as u32) << 23)
}

/// `e^x`, to 1.1 units in the last place.
#[inline]
#[must_use]
pub const fn exp(x: f32) -> f32 {
    if x > 89.0 {
        return f32::INFINITY;
    }
    if x < -104.0 {
        return 0.0;
    }
    // x = n ln 2 + r. NaN goes through: `n` is then 0 and `r` NaN.
    let n = round_half_even(x * LOG2_E);
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    // e^r to 1.1e-8 for |r| <= ln(2) / 2.
    let tail = 0.5 + r * (0.166_665_77 + r * (0.041_666_46 + r * (0.008_363_24 + r * 0.001_393_37)));
    let fraction = 1.0 + (r + (r * r) * tail);
    // In two steps, since 2^n may be out of range where the result is not.
    let n = n as i32;
    let half = n >> 1;
    fraction * power_of_two(half) * power_of_two(n.wrapping_sub(half))
}

/// The natural logarithm, to 0.9 units in the last place. `ln(0)` is minus infinity, that of a negative number NaN.
#[inline]
#[must_use]
pub const fn ln(x: f32) -> f32 {
    if !x.is_sign_negative() && x < f32::INFINITY && x != 0.0 {
        let subnormal = x < f32::MIN_POSITIVE;
        let bits = if subnormal { x * 8_388_608.0 } else { x }.to_bits();
        // x = 2^n m, with m in [sqrt(1/2), sqrt(2)).
        let offset = bits.wrapping_sub(0x3f35_04f3);
        let n = ((offset as i32) >> 23) - if subnormal { 23 } else { 0 };
        let m = f32::from_bits((offset & 0x007f_ffff).wrapping_add(0x3f35_04f3));
        // ln(1 + f) = 2 artanh(s) with s = f / (2 + f); 2 s = f - s f keeps the last bits of f.
        let f = m - 1.0;
        let s = f / (2.0 + f);
        let s2 = s * s;
        let series = s2 * (0.666_666_7 + s2 * (0.4 + s2 * (0.285_714_3 + s2 * 0.222_222_22)));
        let n = n as f32;
        // Half the square is taken out of f as a whole: the largest term that is left is then small beside f.
        let half_square = 0.5 * f * f;
        return n * LN_2_HIGH - ((half_square - (s * (half_square + series) + n * LN_2_LOW)) - f);
    }
    if x == 0.0 {
        f32::NEG_INFINITY
    } else if x == f32::INFINITY {
        x
    } else {
        f32::NAN
    }
}

/// The hyperbolic tangent, to 1.5 units in the last place.
#[inline]
#[must_use]
pub const fn tanh(x: f32) -> f32 {
    let magnitude = x.abs();
    let result = if magnitude < 0.5625 {
        let u = x * x;
        let q =
            -0.333_333_3 + u * (0.133_330_69 + u * (-0.053_901_41 + u * (0.021_262_53 + u * -0.006_525_06)));
        magnitude + magnitude * (u * q)
    } else if magnitude > 9.02 {
        1.0
    } else {
        1.0 - 2.0 / (exp(2.0 * magnitude) + 1.0)
    };
    result.copysign(x)
}

/// A number with about twice the bits of an `f32`: the sum of both, the second being below the first's last bit.
#[derive(Clone, Copy)]
pub(crate) struct Double {
    pub(crate) high: f32,
    pub(crate) low: f32,
}

impl Double {
    /// The sum of two numbers of which the first has the larger magnitude, or is 0 (Dekker).
    const fn sum(a: f32, b: f32) -> Double {
        let high = a + b;
        Double { high, low: b - (high - a) }
    }

    /// The exact product (Veltkamp, Dekker): no fused multiply-add is needed.
    pub(crate) const fn product(a: f32, b: f32) -> Double {
        let high = a * b;
        let (a, b) = (halves(a), halves(b));
        let low = ((a.0 * b.0 - high) + a.0 * b.1 + a.1 * b.0) + a.1 * b.1;
        Double { high, low }
    }
}

/// A number as the sum of two with at most 12 bits, so that their products are exact.
const fn halves(x: f32) -> (f32, f32) {
    let high = f32::from_bits(x.to_bits() & 0xffff_f000);
    (high, x - high)
}

/// The natural logarithm of a normal number to about 36 bits.
const fn ln_double(x: f32, exponent: i32) -> Double {
    let offset = x.to_bits().wrapping_sub(0x3f35_04f3);
    let n = (((offset as i32) >> 23).wrapping_add(exponent)) as f32;
    let m = f32::from_bits((offset & 0x007f_ffff).wrapping_add(0x3f35_04f3));
    // As in `ln`, but with the rest of the division.
    let f = m - 1.0;
    let sum = Double::sum(2.0, f);
    let s = f / sum.high;
    let back = Double::product(s, sum.high);
    let rest = (((f - back.high) - back.low) - s * sum.low) / sum.high;
    let s2 = s * s;
    let series =
        s2 * (0.666_666_7 + s2 * (0.4 + s2 * (0.285_714_3 + s2 * (0.222_222_22 + s2 * 0.181_818_18))));
    let mantissa = Double::sum(2.0 * s, 2.0 * rest + s * series);
    if n == 0.0 {
        return mantissa;
    }
    // The upper bits of n ln 2 are exact.
    let sum = Double::sum(n * LN_2_HIGH, mantissa.high);
    Double::sum(sum.high, sum.low + (mantissa.low + n * LN_2_LOW))
}

/// `a^b`, to 3 units in the last place; as IEEE 754's `pow` for zeros, infinities, NaN and negative bases.
#[must_use]
pub const fn pow(a: f32, b: f32) -> f32 {
    if b == 0.0 || a == 1.0 {
        return 1.0;
    }
    if a.is_nan() || b.is_nan() {
        return f32::NAN;
    }
    let is_integer = floor(b) == b;
    // From 2^24 on all floats are even.
    let is_odd = is_integer && b.abs() < 16_777_216.0 && (b as i32) & 1 != 0;
    let magnitude = a.abs();
    let grows = (magnitude > 1.0) == (b > 0.0);
    let result = if a < 0.0 && a != f32::NEG_INFINITY && !is_integer {
        return f32::NAN;
    } else if magnitude == 1.0 {
        1.0
    } else if magnitude == 0.0 || magnitude == f32::INFINITY || b.is_infinite() {
        if grows { f32::INFINITY } else { 0.0 }
    } else {
        let subnormal = magnitude < f32::MIN_POSITIVE;
        let normal = if subnormal { magnitude * 8_388_608.0 } else { magnitude };
        let logarithm = ln_double(normal, if subnormal { -23 } else { 0 });
        let rough = logarithm.high * b;
        if rough > 89.0 {
            f32::INFINITY
        } else if rough < -104.0 {
            0.0
        } else {
            // Here the exponent is small enough that its halves are no NaN.
            let product = Double::product(logarithm.high, b);
            let low = product.low + logarithm.low * b;
            let power = exp(product.high);
            if power == f32::INFINITY { power } else { power + power * low }
        }
    };
    if is_odd && a.is_sign_negative() { -result } else { result }
}

/// `1 / (1 + e^-x)`, to 2.5 units in the last place.
#[inline]
#[must_use]
pub const fn sigmoid(x: f32) -> f32 {
    // Of e^x and e^-x the one that cannot overflow.
    let e = exp(-x.abs());
    if x < 0.0 { e / (1.0 + e) } else { 1.0 / (1.0 + e) }
}

#[cfg(test)]
pub(crate) mod test_support {
    /// A function with its name, its exact form and the largest error in units in the last place.
    pub(crate) type Bound = (&'static str, fn(f32) -> f32, fn(f64) -> f64, f64);

    /// The error of `got` in units in the last place of the exact value.
    pub(crate) fn error(got: f32, exact: f64) -> f64 {
        let nearest = exact as f32;
        if got == nearest || (got.is_nan() && nearest.is_nan()) {
            return 0.0;
        }
        let next = f32::from_bits(nearest.abs().max(f32::MIN_POSITIVE).to_bits() + 1);
        (f64::from(got) - exact).abs() / f64::from(next - nearest.abs().max(f32::MIN_POSITIVE))
    }

    /// Floats of every exponent and sign, NaN and infinities among them: a stride that is odd visits all low bits.
    pub(crate) fn all_floats() -> impl Iterator<Item = f32> {
        (0..=u32::MAX).step_by(4099).chain([0x7f80_0000, 0xff80_0000, 0x8000_0000, 1]).map(f32::from_bits)
    }

    pub(crate) fn worst(f: fn(f32) -> f32, exact: fn(f64) -> f64) -> f64 {
        all_floats().map(|x| error(f(x), exact(f64::from(x)))).fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::test_support::{all_floats, error, worst};
    use super::*;

    #[test]
    fn errors_are_within_the_stated_bounds() {
        assert!(worst(exp, f64::exp) < 1.1);
        assert!(worst(ln, f64::ln) < 1.0);
        assert!(worst(tanh, f64::tanh) < 1.6);
        assert!(worst(sqrt, f64::sqrt) < 0.8);
        assert!(
            worst(sigmoid, |x| if x < 0.0 { x.exp() / (1.0 + x.exp()) } else { 1.0 / (1.0 + (-x).exp()) })
                < 2.6
        );
    }

    #[test]
    fn roundings_are_those_of_std() {
        let ties = (-4096..4096).map(|halves| halves as f32 / 2.0);
        for x in all_floats().filter(|x| !x.is_nan()).chain(ties) {
            assert_eq!(round_half_away(x).to_bits(), x.round().to_bits(), "{x}");
            assert_eq!(round_half_even(x).to_bits(), x.round_ties_even().to_bits(), "{x}");
            assert_eq!(floor(x).to_bits(), x.floor().to_bits(), "{x}");
            assert_eq!(ceil(x).to_bits(), x.ceil().to_bits(), "{x}");
        }
    }

    #[test]
    fn powers_are_within_the_stated_bound() {
        let exponents = [0.5, 2.0, 3.0, -1.0, 0.1, -2.5, 7.25, 13.0, -33.3, 1e-3, 100.0, 1.0 / 3.0, 63.0];
        for b in exponents {
            let worst =
                all_floats().filter(|x| *x > 0.0).map(|x| error(pow(x, b), f64::from(x).powf(b.into())));
            let worst = worst.fold(0.0, f64::max);
            assert!(worst < 3.0, "{b}: {worst}");
        }
        // Bases near 1 with large exponents.
        for i in -400..400 {
            let a = 1.0 + i as f32 / 4096.0;
            for b in [750.0f32, -731.5, 333.25] {
                let exact = f64::from(a).powf(b.into());
                assert!(error(pow(a, b), exact) < 3.0, "{a}^{b}: {} for {exact}", pow(a, b));
            }
        }
    }

    #[test]
    fn special_powers_are_those_of_std() {
        let special = [
            0.0,
            -0.0,
            1.0,
            -1.0,
            2.0,
            -2.0,
            0.5,
            -0.5,
            3.0,
            -3.0,
            1e-40,
            -1e-40,
            1e30,
            -1e30,
            16_777_216.0,
            1e9,
            f32::INFINITY,
            f32::NEG_INFINITY,
            f32::NAN,
        ];
        for a in special {
            for b in special {
                let (got, exact) = (pow(a, b), f64::from(a).powf(b.into()) as f32);
                assert!(
                    error(got, exact.into()) < 3.0
                        && (got.is_nan() || got.is_sign_negative() == exact.is_sign_negative()),
                    "{a}^{b}: {got} for {exact}"
                );
            }
        }
    }

    #[test]
    fn erf_is_within_its_bound() {
        // Abramowitz and Stegun, table 7.1.
        let table = [
            (0.0, 0.0),
            (0.1, 0.112_462_916_018_285),
            (0.3, 0.328_626_759_459_127),
            (0.49, 0.511_668_261_189_423),
            (0.5, 0.520_499_877_813_047),
            (0.7, 0.677_801_193_837_418),
            (1.0, 0.842_700_792_949_715),
            (1.5, 0.966_105_146_475_311),
            (2.0, 0.995_322_265_018_953),
            (3.0, 0.999_977_909_503_001),
            (5.0, 1.0),
        ];
        for (x, exact) in table {
            for (x, exact) in [(x as f32, exact), (-x as f32, -exact)] {
                assert!((f64::from(erf(x)) - exact).abs() < 2e-7, "{x}: {} for {exact}", erf(x));
            }
        }
        assert_eq!((erf(f32::INFINITY), erf(f32::NEG_INFINITY)), (1.0, -1.0));
        assert!(erf(f32::NAN).is_nan());
    }

    #[test]
    fn special_values() {
        assert_eq!(
            (sqrt(0.0), sqrt(-0.0).to_bits(), sqrt(f32::INFINITY)),
            (0.0, (-0.0f32).to_bits(), f32::INFINITY)
        );
        assert!(sqrt(-1.0).is_nan() && sqrt(f32::NEG_INFINITY).is_nan() && sqrt(f32::NAN).is_nan());
        assert_eq!((exp(f32::INFINITY), exp(f32::NEG_INFINITY), exp(0.0)), (f32::INFINITY, 0.0, 1.0));
        assert_eq!((ln(0.0), ln(1.0), ln(f32::INFINITY)), (f32::NEG_INFINITY, 0.0, f32::INFINITY));
        assert_eq!((tanh(f32::INFINITY), tanh(-0.0).to_bits()), (1.0, (-0.0f32).to_bits()));
        assert_eq!((sigmoid(f32::NEG_INFINITY), sigmoid(200.0), sigmoid(0.0)), (0.0, 1.0, 0.5));
        assert!(ln(-1.0).is_nan());
        assert!([exp(f32::NAN), ln(f32::NAN), tanh(f32::NAN), sigmoid(f32::NAN)].iter().all(|y| y.is_nan()));
        assert!(
            [round_half_away(f32::NAN), round_half_even(f32::NAN), floor(f32::NAN)]
                .iter()
                .all(|y| y.is_nan())
        );
    }
}
