//! QLinearAdd and QLinearMul (com.microsoft), and Add, Sub, Mul, between DequantizeLinear and QuantizeLinear.

use crate::clamp::Clamp;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, divide_by_pot_half_even};

/// The parameters of one addition or subtraction.
///
/// The output is `round((a * A + b * B + offset) / 2^shift) + output_zero_point`, exact but for the two coefficients.
///
/// In an addition the output's zero point is part of the offset: ONNX Runtime fuses the nodes to QLinearAdd, which adds it
/// before it rounds, so that a tie goes to the even *quantised* value. In a subtraction it is added after, as in
/// QuantizeLinear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Add {
    /// First input scale in units of the output scale, times `2^shift`.
    pub coefficient_1: i32,
    /// Second input scale in units of the output scale, times `2^shift`; negative in a subtraction.
    pub coefficient_2: i32,
    /// The zero points that are added before the rounding, times `2^shift`.
    pub offset: i64,
    /// The fractional bits of the coefficients.
    pub shift: i32,
    /// What is added after the rounding.
    pub output_zero_point: i32,
    /// Range of the output.
    pub clamp: Clamp,
}

impl Add {
    /// The parameters of an addition.
    ///
    /// The ratios of the scales are formed in `f32`, as ONNX Runtime does. The larger coefficient represents its ratio
    /// exactly, the smaller one to `2^-32` of the larger: the sum errs by less than `2^-23` of the larger ratio. ONNX
    /// Runtime's `f32` sum errs by some `2^-23` of its largest term.
    #[must_use]
    pub const fn derive(a: Quantization, b: Quantization, output: Quantization, clamp: Clamp) -> Self {
        let (first, second, shift) = coefficients(a.scale, b.scale, output.scale);
        let inputs = a.zero_point as i64 * first as i64 + b.zero_point as i64 * second as i64;
        Self {
            coefficient_1: first,
            coefficient_2: second,
            offset: (output.zero_point as i64).wrapping_shl(shift as u32).wrapping_sub(inputs),
            shift,
            output_zero_point: 0,
            clamp,
        }
    }

    /// The parameters of `a - b`. ONNX Runtime has no fused form; it subtracts in `f32`.
    #[must_use]
    pub const fn derive_sub(a: Quantization, b: Quantization, output: Quantization, clamp: Clamp) -> Self {
        let (first, second, shift) = coefficients(a.scale, b.scale, output.scale);
        Self {
            coefficient_1: first,
            coefficient_2: second.saturating_neg(),
            offset: b.zero_point as i64 * second as i64 - a.zero_point as i64 * first as i64,
            shift,
            output_zero_point: output.zero_point,
            clamp,
        }
    }

    /// The output for two inputs.
    #[inline]
    #[must_use]
    pub const fn eval(self, a: i32, b: i32) -> i32 {
        let a = a as i64 * self.coefficient_1 as i64;
        let b = b as i64 * self.coefficient_2 as i64;
        let sum = divide_by_pot_half_even(a.wrapping_add(b).wrapping_add(self.offset), self.shift);
        self.clamp.apply(sum.saturating_add(self.output_zero_point))
    }
}

/// The ratios of two scales to an output scale as coefficients with the same number of fractional bits, in 0 to 54.
const fn coefficients(a: f32, b: f32, output: f32) -> (i32, i32, i32) {
    let first = Multiplier::from_f64((a / output) as f64);
    let second = Multiplier::from_f64((b / output) as f64);
    let larger = if first.shift > second.shift { first.shift } else { second.shift };
    let larger = limit_exponent(larger);
    (align(first, larger), align(second, larger), 31 - larger)
}

/// Keeps the fractional bits (31 less the exponent) in 0 to 54, where zero points fit above them. Ratios beyond these ends
/// saturate every output, or are lost in every one.
const fn limit_exponent(exponent: i32) -> i32 {
    Clamp { min: -23, max: 31 }.apply(exponent)
}

/// The fraction of `m` for the power of two `shift`, saturated.
const fn align(m: Multiplier, shift: i32) -> i32 {
    divide_by_pot_half_even(m.multiplier as i64, shift - m.shift)
}

/// The parameters of one multiplication.
///
/// The output is `round(((a - za) * (b - zb) * multiplier + offset) / 2^shift)`: as in QLinearMul, the output's zero point is
/// added before the rounding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mul {
    /// Zero point of the first input.
    pub zero_point_1: i32,
    /// Zero point of the second input.
    pub zero_point_2: i32,
    /// Product of the input scales in units of the output scale, times `2^shift`.
    pub multiplier: i32,
    /// Zero point of the output, times `2^shift`.
    pub offset: i64,
    /// The fractional bits of the multiplier.
    pub shift: i32,
    /// Range of the output.
    pub clamp: Clamp,
}

impl Mul {
    /// The parameters; the ratio of the scales is formed in `f32`, as ONNX Runtime does, and is exact.
    #[must_use]
    pub const fn derive(a: Quantization, b: Quantization, output: Quantization, clamp: Clamp) -> Self {
        let ratio = super::multiplier(a.scale, b.scale, output.scale);
        let exponent = limit_exponent(ratio.shift);
        let shift = 31 - exponent;
        Self {
            zero_point_1: a.zero_point,
            zero_point_2: b.zero_point,
            multiplier: align(ratio, exponent),
            offset: (output.zero_point as i64).wrapping_shl(shift as u32),
            shift,
            clamp,
        }
    }

    /// The output for two inputs: the exact product, rounded once.
    #[inline]
    #[must_use]
    pub const fn eval(self, a: i32, b: i32) -> i32 {
        let product = a.wrapping_sub(self.zero_point_1).wrapping_mul(b.wrapping_sub(self.zero_point_2));
        let scaled = (product as i64 * self.multiplier as i64).wrapping_add(self.offset);
        self.clamp.apply(divide_by_pot_half_even(scaled, self.shift))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn quantization() -> impl Strategy<Value = Quantization> {
        // Scales with few significant bits make ties; those with all 24 make none.
        let scale = prop_oneof![(1u32..64).prop_map(|s| s as f32 / 64.0), 0.004f32..1.0];
        (scale, 0i32..256).prop_map(|(scale, zero_point)| Quantization { scale, zero_point })
    }

    proptest! {
        #[test]
        fn add_is_the_exact_sum_rounded_once(
            qa in quantization(), qb in quantization(), qc in quantization(), a in 0i32..256, b in 0i32..256,
        ) {
            // In f64 both products and their sum are exact: 24 bits of ratio, 9 of value, exponents that are close.
            let ratio = |q: Quantization| f64::from(q.scale / qc.scale);
            let (x, y) = (ratio(qa) * f64::from(a - qa.zero_point), ratio(qb) * f64::from(b - qb.zero_point));
            let exact = |real: f64| Clamp::UINT8.apply(real.round_ties_even() as i32);
            let nearby = |real: f64| [exact(real - 1e-4), exact(real + 1e-4)];
            let zero_point = f64::from(qc.zero_point);
            let sum = Add::derive(qa, qb, qc, Clamp::UINT8).eval(a, b);
            let difference = Add::derive_sub(qa, qb, qc, Clamp::UINT8).eval(a, b);
            // Ratios of similar size are exact in the coefficients too.
            if (0.01..100.0).contains(&(ratio(qa) / ratio(qb))) {
                prop_assert_eq!(sum, exact(x + y + zero_point));
                prop_assert_eq!(difference, Clamp::UINT8.apply((x - y).round_ties_even() as i32 + qc.zero_point));
            } else {
                prop_assert!(nearby(x + y + zero_point).contains(&sum));
                prop_assert!(nearby(x - y + zero_point).contains(&difference));
            }
        }

        #[test]
        fn mul_is_the_exact_product_rounded_once(
            qa in quantization(), qb in quantization(), qc in quantization(), a in 0i32..256, b in 0i32..256,
        ) {
            let ratio = f64::from(qa.scale * qb.scale / qc.scale);
            let product = f64::from((a - qa.zero_point) * (b - qb.zero_point)) * ratio;
            let exact = (product + f64::from(qc.zero_point)).round_ties_even() as i32;
            prop_assert_eq!(Mul::derive(qa, qb, qc, Clamp::UINT8).eval(a, b), Clamp::UINT8.apply(exact));
        }

        #[test]
        fn no_scale_panics(a in any::<f32>(), b in any::<f32>(), c in any::<f32>(), x in any::<i32>(), z in any::<i32>()) {
            let q = |scale| Quantization { scale, zero_point: z % 256 };
            let _ = Add::derive(q(a), q(b), q(c), Clamp::INT8).eval(x, z);
            let _ = Add::derive_sub(q(a), q(b), q(c), Clamp::INT8).eval(x, z);
            let _ = Mul::derive(q(a), q(b), q(c), Clamp::INT8).eval(x, z);
        }
    }
}
