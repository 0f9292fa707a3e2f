//! LOGISTIC and TANH over int8, as TFLM computes them: Q4.27 inputs to gemmlowp's fixed-point functions.

use crate::clamp::Clamp;
use crate::fixed::{logistic_q4, tanh_q4};
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, requantize_double, rounding_divide_by_pot};

/// The parameters of one LOGISTIC or TANH. The output's scale is fixed: 1/256 from -128, or 1/128 from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sigmoidal {
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// Inputs this far or farther from the zero point give the end of the range.
    pub input_radius: i32,
    /// Takes an input to Q4.27.
    pub multiplier: Multiplier,
}

impl Sigmoidal {
    /// The parameters: the scale times `2^27`, quantised; the radius is 15 in Q4.27, seen before the left shift. For scales below `2^-28`, which
    /// shift to the right, no input is out of range.
    #[must_use]
    pub const fn derive(input: Quantization) -> Self {
        let multiplier = Multiplier::from_f64(input.scale as f64 * (1u32 << 27) as f64);
        let radius = 15i64 << 27;
        let input_radius =
            if multiplier.shift < 0 { i32::MAX } else { radius.wrapping_shr(multiplier.shift as u32) as i32 };
        Self { input_zero_point: input.zero_point, input_radius, multiplier }
    }

    /// LOGISTIC of one input, in units of 1/256 from -128.
    #[inline]
    #[must_use]
    pub const fn logistic(self, x: i8) -> i8 {
        match self.to_q4(x) {
            Ok(x) => Clamp::INT8.apply(rounding_divide_by_pot(logistic_q4(x), 31 - 8) - 128) as i8,
            Err(end) => end,
        }
    }

    /// TANH of one input, in units of 1/128.
    #[inline]
    #[must_use]
    pub const fn tanh(self, x: i8) -> i8 {
        match self.to_q4(x) {
            Ok(x) => Clamp::INT8.apply(rounding_divide_by_pot(tanh_q4(x), 31 - 7)) as i8,
            Err(end) => end,
        }
    }

    /// The input in Q4.27, or the output where the input is out of range.
    const fn to_q4(self, x: i8) -> Result<i32, i8> {
        let x = (x as i32).wrapping_sub(self.input_zero_point);
        if x <= self.input_radius.wrapping_neg() {
            Err(i8::MIN)
        } else if x >= self.input_radius {
            Err(i8::MAX)
        } else {
            Ok(requantize_double(x, self.multiplier))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// TFLM's radius is undefined for these scales, down to the smallest that there is.
    #[test]
    fn inputs_of_next_to_no_scale_give_the_middle() {
        let mut scale = 2f32.powi(-29);
        while scale > 0.0 {
            for zero_point in [-128, 0, 127] {
                let sigmoidal = Sigmoidal::derive(Quantization { scale, zero_point });
                for x in i8::MIN..=i8::MAX {
                    assert_eq!((sigmoidal.logistic(x), sigmoidal.tanh(x)), (0, 0), "{x} of scale {scale:e}");
                }
            }
            scale /= 2.0;
        }
    }
}
