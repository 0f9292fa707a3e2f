//! DIV over int8, as TFLM computes it: the reciprocal of the divisor's fraction, then two multiplications.

use crate::clamp::Clamp;
use crate::fixed::one_over_one_plus_x;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, rounding_divide_by_pot, saturating_rounding_doubling_high_mul};

/// The parameters of one DIV.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Div {
    /// Zero point of the dividend.
    pub zero_point_1: i32,
    /// Zero point of the divisor.
    pub zero_point_2: i32,
    /// Scale of the dividend in units of those of divisor and output.
    pub output: Multiplier,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// Range of the output.
    pub clamp: Clamp,
}

impl Div {
    /// The parameters; both references form the ratio in `f32`.
    #[must_use]
    pub const fn derive(a: Quantization, b: Quantization, output: Quantization, clamp: Clamp) -> Self {
        Self {
            zero_point_1: a.zero_point,
            zero_point_2: b.zero_point,
            output: Multiplier::from_f64((a.scale / (b.scale * output.scale)) as f64),
            output_zero_point: output.zero_point,
            clamp,
        }
    }

    /// `a / b`. Where `b` stands for 0, which the reference does not define: the end of the range that has the dividend's sign, or 0 if that is
    /// 0, too.
    #[inline]
    #[must_use]
    pub const fn div(self, a: i8, b: i8) -> i8 {
        let a = (a as i32).wrapping_sub(self.zero_point_1);
        let b = (b as i32).wrapping_sub(self.zero_point_2);
        if a == 0 || b == 0 {
            let end = if a > 0 {
                self.clamp.max
            } else if a < 0 {
                self.clamp.min
            } else {
                self.clamp.apply(self.output_zero_point)
            };
            return end as i8;
        }
        let (a, b) = if b < 0 { (a.wrapping_neg(), b.wrapping_neg()) } else { (a, b) };
        // b = 2^(31 - zeros) (1 + fraction).
        let zeros = (b as u32).leading_zeros();
        let fraction = (b as u32).wrapping_shl(zeros).wrapping_sub(1 << 31) as i32;
        let reciprocal = one_over_one_plus_x(fraction);
        // The dividend with as many bits as it can have.
        let headroom = if a > 0 {
            (a as u32).leading_zeros().wrapping_sub(1)
        } else {
            (a.unsigned_abs().wrapping_mul(2).wrapping_sub(1)).leading_zeros()
        };
        let quotient = saturating_rounding_doubling_high_mul(a.wrapping_shl(headroom), reciprocal);
        let scaled = saturating_rounding_doubling_high_mul(quotient, self.output.multiplier);
        let shift = (31 - zeros as i32 + headroom as i32).wrapping_sub(self.output.shift);
        let result = if shift >= 32 {
            0
        } else if shift >= 0 {
            rounding_divide_by_pot(scaled, shift as u32)
        } else if shift > -32 {
            // Quotients of many thousand steps, which the reference does not define.
            saturating_shift(scaled, shift.unsigned_abs())
        } else {
            saturating_shift(scaled, 31)
        };
        self.clamp.apply(result.saturating_add(self.output_zero_point)) as i8
    }
}

/// `x · 2^shift`, at the end of the range where it does not fit; `shift` is below 32.
const fn saturating_shift(x: i32, shift: u32) -> i32 {
    let wide = (x as i64).wrapping_shl(shift);
    if wide > i32::MAX as i64 {
        i32::MAX
    } else if wide < i32::MIN as i64 {
        i32::MIN
    } else {
        wide as i32
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn quotients_are_within_a_step(
            a in any::<i8>(), b in any::<i8>(), scales in prop::array::uniform3(0.001f32..2.0), zeros in prop::array::uniform3(-128i32..128)
        ) {
            let [qa, qb, qy] = [0, 1, 2].map(|i| Quantization { scale: scales[i], zero_point: zeros[i] });
            let y = Div::derive(qa, qb, qy, Clamp::INT8).div(a, b);
            let (ra, rb) = (f64::from(qa.dequantize(a.into())), f64::from(qb.dequantize(b.into())));
            prop_assume!(rb != 0.0);
            let exact = (ra / rb / f64::from(qy.scale) + f64::from(qy.zero_point)).clamp(-128.0, 127.0);
            prop_assert!((f64::from(y) - exact).abs() <= 0.5001, "{y} for {exact}");
        }
    }

    #[test]
    fn division_by_zero_has_the_sign_of_the_dividend() {
        let q = Quantization { scale: 0.5, zero_point: 3 };
        let div = Div::derive(q, q, q, Clamp { min: -100, max: 90 });
        assert_eq!([4, 2, 3].map(|a| div.div(a, 3)), [90, -100, 3]);
    }
}
