//! MEAN over int8, as TFLM computes it: the zero point subtracted, a reciprocal multiplied, the result rescaled.

use crate::clamp::Clamp;
use crate::requantize::{Multiplier, requantize_double};

/// The parameters of one MEAN.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mean {
    /// Input scale in units of the output scale, over the number of elements.
    pub multiplier: Multiplier,
    /// Input zero point times the number of elements.
    pub offset: i32,
    /// Zero point of the output.
    pub output_zero_point: i32,
}

impl Mean {
    /// The parameters for the mean of `count` elements (at least one).
    ///
    /// The ratio of the scales is quantised in `f64`; the count then divides the 31-bit multiplier in integers, after as
    /// large a left shift as leaves the total shift at -31 or above.
    #[must_use]
    pub const fn derive(
        input_scale: f32,
        input_zero_point: i32,
        output_scale: f32,
        output_zero_point: i32,
        count: u32,
    ) -> Self {
        let ratio = Multiplier::from_f64(input_scale as f64 / output_scale as f64);
        let count = if count == 0 { 1 } else { count };
        let log2 = count.ilog2() as i32;
        let limit = 31 + ratio.shift;
        let shift = if log2 < limit { log2 } else { limit };
        let multiplier = Multiplier {
            multiplier: ((ratio.multiplier as i64).wrapping_shl(shift as u32) / count as i64) as i32,
            shift: ratio.shift - shift,
        };
        Self { multiplier, offset: input_zero_point.wrapping_mul(count as i32), output_zero_point }
    }

    /// The mean for a sum of raw values.
    #[inline]
    #[must_use]
    pub const fn mean(self, sum: i32) -> i8 {
        let mean = requantize_double(sum.wrapping_sub(self.offset), self.multiplier);
        Clamp::INT8.apply(mean.wrapping_add(self.output_zero_point)) as i8
    }
}
