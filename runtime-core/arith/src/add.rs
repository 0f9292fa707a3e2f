//! ADD and SUB over int8, as TFLM computes them: both inputs on a common scale with 20 more bits, then the sum rescaled.

use crate::clamp::Clamp;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, requantize_double};

/// By how much the inputs of ADD and SUB are shifted left before they are scaled.
const LEFT_SHIFT: u32 = 20;

/// The parameters of one ADD or SUB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Add {
    /// Zero point of the first input.
    pub zero_point_1: i32,
    /// Zero point of the second input.
    pub zero_point_2: i32,
    /// Scale of the first input in units of twice the larger input scale.
    pub multiplier_1: Multiplier,
    /// Scale of the second input in units of twice the larger input scale.
    pub multiplier_2: Multiplier,
    /// Twice the larger input scale in units of the output scale, the left shift undone.
    pub output: Multiplier,
    /// Zero point of the output.
    pub output_zero_point: i32,
    /// Range of the output.
    pub clamp: Clamp,
}

impl Add {
    /// The parameters of ADD or SUB, derived in `f64`. TFLM refuses an output multiplier of one or more.
    #[must_use]
    pub const fn derive(a: Quantization, b: Quantization, output: Quantization, clamp: Clamp) -> Self {
        let twice_max = 2.0 * larger(a.scale, b.scale) as f64;
        Self {
            zero_point_1: a.zero_point,
            zero_point_2: b.zero_point,
            multiplier_1: Multiplier::from_f64(a.scale as f64 / twice_max),
            multiplier_2: Multiplier::from_f64(b.scale as f64 / twice_max),
            output: Multiplier::from_f64(twice_max / ((1u32 << LEFT_SHIFT) as f64 * output.scale as f64)),
            output_zero_point: output.zero_point,
            clamp,
        }
    }

    /// One element of the first input on the common scale.
    #[inline]
    #[must_use]
    pub const fn scale_1(self, a: i8) -> i32 {
        scale_input(a, self.zero_point_1, self.multiplier_1)
    }

    /// One element of the second input on the common scale.
    #[inline]
    #[must_use]
    pub const fn scale_2(self, b: i8) -> i32 {
        scale_input(b, self.zero_point_2, self.multiplier_2)
    }

    /// The output for a sum (or difference) on the common scale.
    #[inline]
    #[must_use]
    pub const fn finish(self, raw: i32) -> i8 {
        self.clamp.apply(requantize_double(raw, self.output).wrapping_add(self.output_zero_point)) as i8
    }

    /// `a + b`.
    #[inline]
    #[must_use]
    pub const fn add(self, a: i8, b: i8) -> i8 {
        self.finish(self.scale_1(a).wrapping_add(self.scale_2(b)))
    }

    /// `a - b`.
    #[inline]
    #[must_use]
    pub const fn sub(self, a: i8, b: i8) -> i8 {
        self.finish(self.scale_1(a).wrapping_sub(self.scale_2(b)))
    }
}

const fn scale_input(x: i8, zero_point: i32, m: Multiplier) -> i32 {
    requantize_double((x as i32).wrapping_sub(zero_point).wrapping_shl(LEFT_SHIFT), m)
}

const fn larger(a: f32, b: f32) -> f32 {
    if a < b { b } else { a }
}
