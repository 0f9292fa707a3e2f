//! HARD_SWISH over int8, as TFLM computes it: `x * relu6(x + 3) / 6` in 16-bit fixed point.

use crate::clamp::Clamp;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, rounding_divide_by_pot};

/// The parameters of one HARD_SWISH.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HardSwish {
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// 1/128 of the input scale in units of the output scale: the fraction, in Q0.15.
    pub output_multiplier: i16,
    /// Its power of two; not positive.
    pub output_exponent: i32,
    /// 1/128 of the input scale in units of 3/32768: the fraction, in Q0.15.
    pub reluish_multiplier: i16,
    /// Its power of two.
    pub reluish_exponent: i32,
    /// Zero point of the output.
    pub output_zero_point: i32,
}

impl HardSwish {
    /// The parameters, derived in `f64`. TFLM refuses a positive `output_exponent`.
    #[must_use]
    pub const fn derive(input: Quantization, output: Quantization) -> Self {
        let fine_scale = input.scale as f64 / 128.0;
        Self::from_ratios(fine_scale / output.scale as f64, fine_scale / (3.0 / 32_768.0), input, output)
    }

    /// The parameters as LiteRT's reference kernel derives them: both ratios in `f32`.
    #[must_use]
    pub const fn derive_litert(input: Quantization, output: Quantization) -> Self {
        let fine_scale = input.scale / 128.0;
        let to_output = (fine_scale / output.scale) as f64;
        Self::from_ratios(to_output, (fine_scale / (3.0 / 32_768.0)) as f64, input, output)
    }

    const fn from_ratios(to_output: f64, to_reluish: f64, input: Quantization, output: Quantization) -> Self {
        let to_output = Multiplier::from_f64(to_output);
        let to_reluish = Multiplier::from_f64(to_reluish);
        Self {
            input_zero_point: input.zero_point,
            output_multiplier: upper_half(to_output.multiplier),
            output_exponent: to_output.shift,
            reluish_multiplier: upper_half(to_reluish.multiplier),
            reluish_exponent: to_reluish.shift,
            output_zero_point: output.zero_point,
        }
    }

    /// The output for one input.
    #[inline]
    #[must_use]
    pub const fn eval(self, x: i8) -> i8 {
        let x = (x as i32).wrapping_sub(self.input_zero_point).wrapping_shl(7) as i16;
        let on_output_scale = high_mul(x, self.output_multiplier);
        // The multiplier in [-1, 1], then [0, 1], in Q0.15. The left shift saturates only in its last bit.
        let mut reluish = x;
        if self.reluish_exponent > 0 {
            reluish = saturating_shl(reluish, (self.reluish_exponent - 1) as u32);
        }
        reluish = high_mul(reluish, self.reluish_multiplier);
        if self.reluish_exponent > 0 {
            reluish = saturating_shl(reluish, 1);
        } else if self.reluish_exponent < 0 {
            reluish =
                rounding_divide_by_pot(reluish as i32, self.reluish_exponent.wrapping_neg() as u32) as i16;
        }
        let reluish = (reluish as i32 + (1 << 15)) >> 1;
        // Truncates: `reluish` is never i16::MIN, so that the product needs no saturation.
        let product = reluish * on_output_scale as i32 / (1 << 15);
        let y = rounding_divide_by_pot(product, self.output_exponent.wrapping_neg() as u32) as i16;
        Clamp::INT8.apply(y.wrapping_add(self.output_zero_point as i16) as i32) as i8
    }
}

/// A Q0.31 fraction in Q0.15, half up, saturated.
const fn upper_half(multiplier: i32) -> i16 {
    if multiplier >= i32::MAX - (1 << 15) { i16::MAX } else { ((multiplier + (1 << 15)) >> 16) as i16 }
}

/// `round(a * b / 2^15)`, ties up, saturated.
const fn high_mul(a: i16, b: i16) -> i16 {
    if a == i16::MIN && b == i16::MIN {
        return i16::MAX;
    }
    ((a as i32 * b as i32 + (1 << 14)) >> 15) as i16
}

const fn saturating_shl(x: i16, exponent: u32) -> i16 {
    let wide = if exponent < 32 { (x as i64) << exponent } else { (x as i64) << 32 };
    if wide > i16::MAX as i64 {
        i16::MAX
    } else if wide < i16::MIN as i64 {
        i16::MIN
    } else {
        wide as i16
    }
}
