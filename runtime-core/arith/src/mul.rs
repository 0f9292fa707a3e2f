//! MUL over int8, as TFLM computes it.

use crate::clamp::Clamp;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, requantize_double};

/// The parameters of one MUL.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Mul {
    /// Zero point of the first input.
    pub zero_point_1: i32,
    /// Zero point of the second input.
    pub zero_point_2: i32,
    /// Product of the input scales in units of the output scale.
    pub output: Multiplier,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// Range of the output.
    pub clamp: Clamp,
}

impl Mul {
    /// The parameters, derived in `f64`.
    #[must_use]
    pub const fn derive(a: Quantization, b: Quantization, output: Quantization, clamp: Clamp) -> Self {
        Self {
            zero_point_1: a.zero_point,
            zero_point_2: b.zero_point,
            output: Multiplier::from_f64(a.scale as f64 * b.scale as f64 / output.scale as f64),
            output_zero_point: output.zero_point,
            clamp,
        }
    }

    /// The parameters as LiteRT's reference kernel derives them: the ratio in `f32`.
    #[must_use]
    pub const fn derive_litert(a: Quantization, b: Quantization, output: Quantization, clamp: Clamp) -> Self {
        let ratio = a.scale * b.scale / output.scale;
        Self { output: Multiplier::from_f64(ratio as f64), ..Self::derive(a, b, output, clamp) }
    }

    /// `a * b`.
    #[inline]
    #[must_use]
    pub const fn mul(self, a: i8, b: i8) -> i8 {
        let a = (a as i32).wrapping_sub(self.zero_point_1);
        let b = (b as i32).wrapping_sub(self.zero_point_2);
        let product = requantize_double(a.wrapping_mul(b), self.output);
        self.clamp.apply(product.wrapping_add(self.output_zero_point)) as i8
    }
}
