//! SQUARED_DIFFERENCE over int8, as TFLM computes it: both inputs on a common scale with 7 more bits.

use crate::clamp::Clamp;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, requantize_double};

/// By how much the inputs are shifted left before they are scaled.
const LEFT_SHIFT: u32 = 7;

/// The parameters of one SQUARED_DIFFERENCE.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SquaredDifference {
    /// Zero point of the first input.
    pub zero_point_1: i32,
    /// Zero point of the second input.
    pub zero_point_2: i32,
    /// Scale of the first input in units of twice the larger input scale.
    pub multiplier_1: Multiplier,
    /// Scale of the second input in units of twice the larger input scale.
    pub multiplier_2: Multiplier,
    /// The square of twice the larger input scale in units of the output scale, the left shifts undone.
    pub output: Multiplier,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// Range of the output.
    pub clamp: Clamp,
}

impl SquaredDifference {
    /// The parameters, derived in `f64`.
    #[must_use]
    pub const fn derive(a: Quantization, b: Quantization, output: Quantization, clamp: Clamp) -> Self {
        let larger = if a.scale < b.scale { b.scale } else { a.scale };
        let twice_max = 2.0 * larger as f64;
        let unit = (1u32 << (2 * LEFT_SHIFT)) as f64 * output.scale as f64;
        Self {
            zero_point_1: a.zero_point,
            zero_point_2: b.zero_point,
            multiplier_1: Multiplier::from_f64(a.scale as f64 / twice_max),
            multiplier_2: Multiplier::from_f64(b.scale as f64 / twice_max),
            output: Multiplier::from_f64(twice_max * twice_max / unit),
            output_zero_point: output.zero_point,
            clamp,
        }
    }

    /// `(a - b)²`.
    #[inline]
    #[must_use]
    pub const fn eval(self, a: i8, b: i8) -> i8 {
        let a = scale(a, self.zero_point_1, self.multiplier_1);
        let b = scale(b, self.zero_point_2, self.multiplier_2);
        let difference = a.wrapping_sub(b);
        let square = requantize_double(difference.wrapping_mul(difference), self.output);
        self.clamp.apply(square.wrapping_add(self.output_zero_point)) as i8
    }
}

const fn scale(x: i8, zero_point: i32, m: Multiplier) -> i32 {
    requantize_double((x as i32).wrapping_sub(zero_point).wrapping_shl(LEFT_SHIFT), m)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn squares_are_near(a in any::<i8>(), b in any::<i8>(), sa in 0.01f32..0.1, sb in 0.01f32..0.1, za in -128i32..128, zb in -128i32..128) {
            let (qa, qb) = (Quantization { scale: sa, zero_point: za }, Quantization { scale: sb, zero_point: zb });
            let qy = Quantization { scale: 1.0, zero_point: -128 };
            let y = SquaredDifference::derive(qa, qb, qy, Clamp::INT8).eval(a, b);
            let difference = f64::from(qa.dequantize(a.into())) - f64::from(qb.dequantize(b.into()));
            let exact = (difference * difference - 128.0).min(127.0);
            // Each operand is rounded to 1/64 of the larger scale.
            let rounding = 2.0 * difference.abs() * f64::from(sa.max(sb)) / 64.0 + 0.51;
            prop_assert!((f64::from(y) - exact).abs() <= rounding, "{y} for {exact}");
        }
    }
}
