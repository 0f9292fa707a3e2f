//! Softmax between DequantizeLinear and QuantizeLinear: a table of exponentials and one division per output.

use core::num::NonZeroU64;

use crate::clamp::Clamp;
#[cfg(feature = "std")]
use crate::quantize::Quantization;

/// The parameters of one Softmax; its table of exponentials stands beside it (see [`Softmax::exp_table`]).
///
/// A row is three loops: the maximum; the sum of `table[max - x]` in 64 bits; [`Softmax::output`] of each element.
///
/// The table errs by half a unit of `2^-31` in each entry. With `n` elements in a row, an output differs from the real value
/// by less than `(n + 1) * 2^-32` of full scale before the one rounding: for rows below 65536 elements that is under 0.004
/// of a step of 1/256.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Softmax {
    /// Steps of the output in 1.0, a whole number: ORT's QLinearSoftmax drops the fraction.
    pub reciprocal: u32,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// Range of the output.
    pub clamp: Clamp,
}

/// A row's sum, made ready to divide by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row(NonZeroU64);

#[cfg(feature = "std")]
impl Softmax {
    /// The parameters for an output of this quantisation.
    ///
    /// ONNX Runtime takes `floor(1 / scale)`, in `f32`, for the steps in 1.0: exactly 256 for the scale 1/256, but 254 for
    /// 0.003921569, the `f32` next to 1/255 that its QDQ quantiser writes.
    #[must_use]
    pub fn derive(output: Quantization, clamp: Clamp) -> Self {
        // From 0 up, so the conversion rounds down; it saturates.
        let reciprocal = (1.0 / output.scale) as u32;
        Self { reciprocal, output_zero_point: output.zero_point, clamp }
    }

    /// `exp(-i * input_scale)` in units of `2^-31`, for the 256 differences `i` to the row's maximum.
    #[must_use]
    pub fn exp_table(input_scale: f32) -> [u32; 256] {
        core::array::from_fn(|i| {
            let exp = crate::host::exp(-(i as f64) * f64::from(input_scale));
            crate::host::round_half_even(exp * 2_147_483_648.0) as u32
        })
    }
}

impl Softmax {
    /// The divisor of a row from the sum of its exponentials, which is not zero: the maximum counts `2^31`.
    #[inline]
    #[must_use]
    pub const fn row(self, sum: u64) -> Row {
        match NonZeroU64::new(sum) {
            Some(divisor) => Row(divisor),
            None => Row(NonZeroU64::MAX),
        }
    }

    /// The output of an element from its exponential: `exp * reciprocal / sum`, rounded once, half to even.
    #[inline]
    #[must_use]
    pub fn output(self, exp: u32, row: Row) -> i32 {
        let numerator = u64::from(exp) * u64::from(self.reciprocal);
        let quotient = numerator / row.0;
        // By a product: a second 64-bit division would be a second library call.
        let rest = numerator.wrapping_sub(quotient.wrapping_mul(row.0.get()));
        let twice = rest.wrapping_mul(2);
        let up = twice > row.0.get() || (twice == row.0.get() && quotient & 1 == 1);
        let rounded = quotient.wrapping_add(u64::from(up));
        let rounded = if rounded > 65_535 { 65_535 } else { rounded as i32 };
        self.clamp.apply(rounded.saturating_add(self.output_zero_point))
    }
}

#[cfg(all(test, feature = "std"))]
mod tests {
    use std::vec::Vec;

    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn outputs_are_within_the_bound(
            row in proptest::collection::vec(0u8..=255, 1..600),
            input_scale in 0.001f32..1.0,
            reciprocal in 50u16..2000,
        ) {
            // A little below, so that the quotient in `f32` is not.
            let scale = (1.0 / f64::from(reciprocal) * (1.0 - 1e-6)) as f32;
            let softmax = Softmax::derive(Quantization { scale, zero_point: 0 }, Clamp::UINT8);
            let table = Softmax::exp_table(input_scale);
            let max = row.iter().copied().max().unwrap_or(0);
            let exp = |x: u8| table[usize::from(max - x)];
            let divisor = softmax.row(row.iter().map(|&x| u64::from(exp(x))).sum());
            let real = |x: u8| (-f64::from(max - x) * f64::from(input_scale)).exp();
            let sum: f64 = row.iter().map(|&x| real(x)).sum();
            for &x in &row {
                let exact = real(x) / sum * f64::from(reciprocal);
                let got = softmax.output(exp(x), divisor);
                // Where nothing saturates: half a step, and what the table errs.
                let error = (f64::from(got) - exact).abs();
                prop_assert!(error < 0.5 + 1e-4 || (got == 255 && exact > 255.0), "{} for {}", got, exact);
            }
        }
    }

    #[test]
    fn fractions_of_a_step_are_dropped() {
        let steps = |scale| Softmax::derive(Quantization { scale, zero_point: 0 }, Clamp::UINT8).reciprocal;
        assert_eq!([1.0 / 256.0, 0.003_921_569, 0.3, 2.0].map(steps), [256, 254, 3, 0]);
    }

    #[test]
    fn equal_values_share_exactly() {
        let softmax = Softmax::derive(Quantization { scale: 1.0 / 256.0, zero_point: -128 }, Clamp::INT8);
        let one = Softmax::exp_table(0.1)[0];
        let outputs: Vec<i32> =
            (1..=4).map(|n| softmax.output(one, softmax.row(n * u64::from(one)))).collect();
        // 256 saturates; 128, 85.33, 64.
        assert_eq!(outputs, [127, 0, -43, -64]);
    }
}
