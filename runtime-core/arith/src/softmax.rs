//! SOFTMAX over int8, as TFLM computes it: Q5.26 differences to the row's maximum, Q0.31 exponentials, a Q12.19 sum.
//!
//! A row is three loops: the maximum; the sum of [`Softmax::exp`] through [`accumulate`]; [`Normaliser::output`] of each.
//! The exponential depends on the difference alone, of which there are 256: [`Softmax::exp_table`].

use crate::fixed::{exp_on_negative_values, one_over_one_plus_x};
use crate::requantize::{
    Multiplier, requantize_double, rounding_divide_by_pot, saturating_rounding_doubling_high_mul,
};

/// The parameters of one SOFTMAX.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Softmax {
    /// Takes a difference of quantised values to Q5.26, `beta` included.
    pub input: Multiplier,
    /// Differences below this (a negative number) count as `exp` of nothing: zero.
    pub diff_min: i32,
}

impl Softmax {
    /// As TFLM's `PreprocessSoftmaxScaling` and `CalculateInputRadius`: the product in `f64`, capped at `2^31 - 1`.
    ///
    /// TFLM aborts unless `beta * scale * 2^26 > 1`.
    #[must_use]
    pub const fn derive(beta: f32, input_scale: f32) -> Self {
        let real = beta as f64 * input_scale as f64 * (1u32 << 26) as f64;
        let cap = 2_147_483_647.0;
        let input = Multiplier::from_f64(if real < cap { real } else { cap });
        // 31 in Q5.26, seen before the left shift.
        let diff_min = -((31i64 << 26).wrapping_shr(input.shift as u32) as i32);
        Self { input, diff_min }
    }

    /// `exp` of a difference of quantised values (never positive: value less maximum), in Q0.31.
    #[inline]
    #[must_use]
    pub const fn exp(self, diff: i32) -> i32 {
        if diff < self.diff_min {
            return 0;
        }
        exp_on_negative_values::<5>(requantize_double(diff, self.input))
    }

    /// [`Softmax::exp`] of every difference there is: entry `i` is that of `-i`.
    #[must_use]
    pub const fn exp_table(self) -> [i32; 256] {
        let mut table = [0; 256];
        let mut i = 0;
        while i < 256 {
            table[i] = self.exp(-(i as i32));
            i += 1;
        }
        table
    }
}

/// The running Q12.19 `sum` of a row with one more exponential (Q0.31). Good for rows of up to 4095 values.
#[inline]
#[must_use]
pub const fn accumulate(sum: i32, exp: i32) -> i32 {
    sum.wrapping_add(rounding_divide_by_pot(exp, 12))
}

/// What a row's exponentials are multiplied with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Normaliser {
    /// The reciprocal of the sum's fraction in `[1, 2)`, in Q0.31.
    pub scale: i32,
    /// The right shift that leaves units of 1/256.
    pub exponent: u32,
}

impl Normaliser {
    /// The reciprocal of a row's sum, which is at least one since the maximum is in it.
    ///
    /// TFLM aborts where the sum is 512 or more: no output can then reach half a step.
    #[inline]
    #[must_use]
    pub const fn of_sum(sum: i32) -> Self {
        let headroom = (sum as u32).leading_zeros();
        let fraction = (sum as u32).wrapping_shl(headroom).wrapping_sub(1 << 31) as i32;
        // Bits above one: 12 - headroom; 31 - 8 more leave eight bits of fraction.
        Self { scale: one_over_one_plus_x(fraction), exponent: 35u32.wrapping_sub(headroom) }
    }

    /// The output of an element from its exponential, in units of 1/256 from -128.
    #[inline]
    #[must_use]
    pub const fn output(self, exp: i32) -> i8 {
        if self.exponent > 31 {
            return -128;
        }
        let scaled = saturating_rounding_doubling_high_mul(self.scale, exp);
        let shifted = rounding_divide_by_pot(scaled, self.exponent) - 128;
        // Not negative before the offset: only the upper end can be passed.
        if shifted > 127 { 127 } else { shifted as i8 }
    }
}

/// A whole row: for hosts, tests, and where code size counts more than the second evaluation of `exp`.
#[inline]
pub fn row(softmax: Softmax, input: &[i8], output: &mut [i8]) {
    let max = input.iter().copied().max().unwrap_or(i8::MIN);
    let exp = |x: i8| softmax.exp(i32::from(x) - i32::from(max));
    let sum = input.iter().fold(0, |sum, &x| accumulate(sum, exp(x)));
    let normaliser = Normaliser::of_sum(sum);
    for (y, &x) in output.iter_mut().zip(input) {
        *y = normaliser.output(exp(x));
    }
}
