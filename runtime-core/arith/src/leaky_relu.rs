//! LEAKY_RELU over int8, as TFLM computes it.

use crate::clamp::Clamp;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, requantize_double};

/// The parameters of one LEAKY_RELU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LeakyRelu {
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// For inputs of real value zero and above.
    pub identity: Multiplier,
    /// For inputs below; may be negative.
    pub alpha: Multiplier,
    /// Zero point of the output.
    pub output_zero_point: i32,
}

impl LeakyRelu {
    /// The parameters, derived in `f64`.
    #[must_use]
    pub const fn derive(alpha: f32, input: Quantization, output: Quantization) -> Self {
        Self {
            input_zero_point: input.zero_point,
            identity: Multiplier::from_f64(input.scale as f64 / output.scale as f64),
            alpha: Multiplier::from_f64(input.scale as f64 * alpha as f64 / output.scale as f64),
            output_zero_point: output.zero_point,
        }
    }

    /// The parameters as LiteRT's reference kernel derives them: both ratios in `f32`.
    #[must_use]
    pub const fn derive_litert(alpha: f32, input: Quantization, output: Quantization) -> Self {
        Self {
            identity: Multiplier::from_f64((input.scale / output.scale) as f64),
            alpha: Multiplier::from_f64((input.scale * alpha / output.scale) as f64),
            ..Self::derive(alpha, input, output)
        }
    }

    /// The output for one input.
    #[inline]
    #[must_use]
    pub const fn eval(self, x: i8) -> i8 {
        let x = (x as i32).wrapping_sub(self.input_zero_point);
        let scaled = if x >= 0 {
            requantize_double(x, self.identity)
        } else if self.alpha.multiplier < 0 {
            // Measured on TFLM: with a negative multiplier ties go down, as if the product with its magnitude were negated.
            let magnitude = Multiplier { multiplier: self.alpha.multiplier.saturating_neg(), ..self.alpha };
            requantize_double(x, magnitude).wrapping_neg()
        } else {
            requantize_double(x, self.alpha)
        };
        Clamp::INT8.apply(scaled.wrapping_add(self.output_zero_point)) as i8
    }
}
