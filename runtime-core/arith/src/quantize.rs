//! QUANTIZE and DEQUANTIZE, as TFLM computes them: real numbers to int8 and back, and int8 to another int8 scale.

use crate::clamp::Clamp;
use crate::float::round_half_away;
use crate::requantize::{Multiplier, requantize_double};

/// Scale and zero point of a tensor.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantization {
    /// The real value of one step.
    pub scale: f32,
    /// The quantised value of real zero.
    pub zero_point: i32,
}

impl Quantization {
    /// The quantised value of `x`: `round(x / scale)` in `f32`, half away from zero, plus the zero point, into `storage`.
    ///
    /// Saturates. TFLM converts to 32 bits first, which its C++ leaves undefined for quotients beyond that range.
    #[inline]
    #[must_use]
    pub const fn quantize(self, x: f32, storage: Clamp) -> i32 {
        storage.apply((round_half_away(x / self.scale) as i32).saturating_add(self.zero_point))
    }

    /// The real value of `q`: one `f32` product.
    #[inline]
    #[must_use]
    pub const fn dequantize(self, q: i32) -> f32 {
        self.scale * q.wrapping_sub(self.zero_point) as f32
    }
}

/// The parameters of a QUANTIZE from one integer tensor to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rescale {
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// Input scale in units of the output scale.
    pub multiplier: Multiplier,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// Range of the output's storage.
    pub clamp: Clamp,
}

impl Rescale {
    /// The parameters, derived in `f64`.
    #[must_use]
    pub const fn derive(input: Quantization, output: Quantization, storage: Clamp) -> Self {
        Self {
            input_zero_point: input.zero_point,
            multiplier: Multiplier::from_f64(input.scale as f64 / output.scale as f64),
            output_zero_point: output.zero_point,
            clamp: storage,
        }
    }

    /// The output for one input.
    #[inline]
    #[must_use]
    pub const fn rescale(self, x: i32) -> i32 {
        let scaled = requantize_double(x.wrapping_sub(self.input_zero_point), self.multiplier);
        self.clamp.apply(scaled.wrapping_add(self.output_zero_point))
    }
}
