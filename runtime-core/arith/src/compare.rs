//! Comparisons of int8 numbers of different scales, as TFLM carries them out: both as integers of a common scale.

use crate::binary::BinaryFunction;
use crate::quantize::Quantization;
use crate::requantize::{Multiplier, requantize_double};

/// By how much the operands are shifted left before they are scaled.
const LEFT_SHIFT: u32 = 8;

/// The parameters of one comparison.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Compare {
    /// Zero point of the first operand.
    pub zero_point_1: i32,
    /// Zero point of the second operand.
    pub zero_point_2: i32,
    /// Scale of the first operand.
    pub multiplier_1: Multiplier,
    /// Scale of the second operand.
    pub multiplier_2: Multiplier,
}

impl Compare {
    /// The parameters. TFLM aborts for a scale of one or more.
    #[must_use]
    pub const fn derive(a: Quantization, b: Quantization) -> Self {
        Self {
            zero_point_1: a.zero_point,
            zero_point_2: b.zero_point,
            multiplier_1: Multiplier::from_f64(a.scale as f64),
            multiplier_2: Multiplier::from_f64(b.scale as f64),
        }
    }

    /// Whether the comparison holds.
    #[inline(always)]
    #[must_use]
    pub const fn holds(self, comparison: BinaryFunction, a: i8, b: i8) -> bool {
        let a = scale(a, self.zero_point_1, self.multiplier_1);
        let b = scale(b, self.zero_point_2, self.multiplier_2);
        comparison.apply_i32(a, b) != 0
    }
}

const fn scale(x: i8, zero_point: i32, m: Multiplier) -> i32 {
    requantize_double((x as i32).wrapping_sub(zero_point).wrapping_shl(LEFT_SHIFT), m)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn real_numbers_are_compared_not_bytes() {
        let (a, b) =
            (Quantization { scale: 0.5, zero_point: 10 }, Quantization { scale: 0.25, zero_point: -3 });
        let compare = Compare::derive(a, b);
        for (x, y) in (-128..=127).flat_map(|x| (-128..=127).map(move |y| (x, y))) {
            let (real_x, real_y) = (a.dequantize(x), b.dequantize(y));
            let holds = |comparison| compare.holds(comparison, x as i8, y as i8);
            assert_eq!(holds(BinaryFunction::Equal), real_x == real_y, "{x} {y}");
            assert_eq!(holds(BinaryFunction::Greater), real_x > real_y, "{x} {y}");
            assert_eq!(holds(BinaryFunction::LessEqual), real_x <= real_y, "{x} {y}");
        }
    }
}
