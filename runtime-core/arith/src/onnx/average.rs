//! GlobalAveragePool and ReduceMean ([`Average`]), AveragePool ([`AveragePool`]), and their QLinear forms.
//!
//! They differ at ties, which are many where the scales are equal and the count is even.

use crate::clamp::Clamp;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, divide_by_pot_half_even, requantize_half_even};

/// Fractional bits that a pool keeps before the rounding that counts.
const GUARD_BITS: u32 = 16;

/// The parameters of a mean over `count` elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Average {
    /// Input scale in units of the output scale, over the number of elements.
    pub multiplier: Multiplier,
    /// Input zero point times the number of elements.
    pub offset: i32,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// Range of the output.
    pub clamp: Clamp,
}

impl Average {
    /// The parameters for means of `count` elements (at least one): `x_scale / (y_scale * count)`, in `f32`.
    #[must_use]
    pub const fn derive(input: Quantization, output: Quantization, count: u32, clamp: Clamp) -> Self {
        let count = if count == 0 { 1 } else { count };
        Self {
            multiplier: Multiplier::from_f64((input.scale / (output.scale * count as f32)) as f64),
            offset: input.zero_point.wrapping_mul(count as i32),
            output_zero_point: output.zero_point,
            clamp,
        }
    }

    /// The output for a sum of raw values.
    ///
    /// Equal to ONNX Runtime's QLinearGlobalAveragePool for up to 65536 elements. Its ReduceMean, which it does not fuse,
    /// averages in `f32`: there the order of its additions decides ties.
    #[inline]
    #[must_use]
    pub const fn eval(self, sum: i32) -> i32 {
        let mean = requantize_half_even(sum.wrapping_sub(self.offset), self.multiplier);
        self.clamp.apply(mean.saturating_add(self.output_zero_point))
    }
}

/// The parameters of an average pool for windows of `count` elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AveragePool {
    /// Input scale in units of the output scale, over the number of elements.
    pub multiplier: Multiplier,
    /// Input zero point times the number of elements.
    pub offset: i32,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// Range of the output.
    pub clamp: Clamp,
}

impl AveragePool {
    /// The parameters for windows that divide by `count` (at least one) and of which `inside` elements are in the input.
    ///
    /// The two differ at borders with `count_include_pad`: padding is real zero.
    #[must_use]
    pub const fn derive(
        input: Quantization,
        output: Quantization,
        count: u32,
        inside: u32,
        clamp: Clamp,
    ) -> Self {
        let count = if count == 0 { 1 } else { count };
        Self {
            multiplier: Multiplier::from_f64(input.scale as f64 / output.scale as f64 / count as f64),
            offset: input.zero_point.wrapping_mul(inside as i32),
            output_zero_point: output.zero_point,
            clamp,
        }
    }

    /// The output for a sum of raw values.
    ///
    /// The mean is first rounded to 16 fractional bits, where the error of the reciprocal is gone: a tie is a tie. The zero
    /// point is added before the second rounding, as ONNX Runtime's QLinearAveragePool does. That one sums in `f32`, whose
    /// noise decides some of the ties when the scales are equal; nothing else differs.
    #[inline]
    #[must_use]
    pub const fn eval(self, sum: i32) -> i32 {
        let product = sum.wrapping_sub(self.offset) as i64 * self.multiplier.multiplier as i64;
        let exponent = (31 - GUARD_BITS as i32).wrapping_sub(self.multiplier.shift);
        let mean = divide_by_pot_half_even(product, exponent) as i64;
        let raised = mean.wrapping_add((self.output_zero_point as i64) << GUARD_BITS);
        self.clamp.apply(divide_by_pot_half_even(raised, GUARD_BITS as i32))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn equal_scales_give_the_exact_quotient(
            count in 1u32..=1 << 15,
            mean in -127.0f64..127.0,
            tie in any::<bool>(),
            zero_point in -128i32..128,
        ) {
            let q = Quantization { scale: 0.37, zero_point };
            let sum = if tie {
                (2.0 * mean) as i32 * count as i32 / 2
            } else {
                (mean * f64::from(count)) as i32
            };
            // The nearest integer to sum / count, ties to even, by the remainder.
            let (floor, rest) = (sum.div_euclid(count as i32), sum.rem_euclid(count as i32) as u32);
            let exact = match (2 * rest).cmp(&count) {
                core::cmp::Ordering::Less => floor,
                core::cmp::Ordering::Greater => floor + 1,
                core::cmp::Ordering::Equal => floor + (floor & 1),
            };
            prop_assert_eq!(AveragePool::derive(q, q, count, count, Clamp::INT8).eval(sum), exact);
        }
    }
}
