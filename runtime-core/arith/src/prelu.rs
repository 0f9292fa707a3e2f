//! PRELU over int8, as TFLM computes it.

use crate::clamp::Clamp;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, requantize_double};

/// The parameters of one PRELU.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Prelu {
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// Zero point of the slopes.
    pub alpha_zero_point: i32,
    /// For inputs of real value zero and above.
    pub identity: Multiplier,
    /// For the products below.
    pub alpha: Multiplier,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// Range of the output.
    pub clamp: Clamp,
}

impl Prelu {
    /// The parameters, derived in `f64`.
    #[must_use]
    pub const fn derive(
        input: Quantization,
        alpha: Quantization,
        output: Quantization,
        clamp: Clamp,
    ) -> Self {
        let product = input.scale as f64 * alpha.scale as f64;
        Self {
            input_zero_point: input.zero_point,
            alpha_zero_point: alpha.zero_point,
            identity: Multiplier::from_f64(input.scale as f64 / output.scale as f64),
            alpha: Multiplier::from_f64(product / output.scale as f64),
            output_zero_point: output.zero_point,
            clamp,
        }
    }

    /// `x`, or `x · alpha` below zero.
    #[inline]
    #[must_use]
    pub const fn eval(self, x: i8, alpha: i8) -> i8 {
        let x = (x as i32).wrapping_sub(self.input_zero_point);
        let scaled = if x >= 0 {
            requantize_double(x, self.identity)
        } else {
            let alpha = (alpha as i32).wrapping_sub(self.alpha_zero_point);
            requantize_double(x.wrapping_mul(alpha), self.alpha)
        };
        self.clamp.apply(scaled.wrapping_add(self.output_zero_point)) as i8
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn slopes_are_within_a_step(x in any::<i8>(), alpha in any::<i8>(), zx in -128i32..128, za in -128i32..128) {
            let qx = Quantization { scale: 0.05, zero_point: zx };
            let qa = Quantization { scale: 0.01, zero_point: za };
            let qy = Quantization { scale: 0.07, zero_point: 5 };
            let y = Prelu::derive(qx, qa, qy, Clamp::INT8).eval(x, alpha);
            let (x, alpha) = (f64::from(qx.dequantize(x.into())), f64::from(qa.dequantize(alpha.into())));
            let exact = if x < 0.0 { x * alpha } else { x };
            let exact = (exact / f64::from(qy.scale) + 5.0).clamp(-128.0, 127.0);
            prop_assert!((f64::from(y) - exact).abs() <= 0.51, "{y} for {exact}");
        }
    }
}
