//! RSQRT over int8, as TFLM computes it: five Newton steps in Q3.28.

use crate::clamp::Clamp;
use crate::quantize::Quantization;
use crate::requantize::{
    Multiplier, requantize_double, rounding_divide_by_pot, saturating_rounding_doubling_high_mul as mul,
};

/// Bits behind the point of the root before it is scaled.
const SHIFT: i32 = 20;

/// The parameters of one RSQRT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rsqrt {
    /// Zero point of the input.
    pub input_zero_point: i32,
    /// `1 / (√(input scale) · output scale)`.
    pub output: Multiplier,
    /// Zero point of the output.
    pub output_zero_point: i32,
}

impl Rsqrt {
    /// The parameters; `root` is the square root of the input's scale in `f64`.
    #[must_use]
    pub const fn derive(root: f64, input: Quantization, output: Quantization) -> Self {
        Self {
            input_zero_point: input.zero_point,
            output: Multiplier::from_f64(1.0 / (root * output.scale as f64)),
            output_zero_point: output.zero_point,
        }
    }

    /// The output for one input. Zero gives 127, as do numbers below it, which the reference refuses.
    #[must_use]
    pub const fn eval(self, x: i8) -> i8 {
        let value = (x as i32).wrapping_sub(self.input_zero_point);
        if value <= 0 {
            return 127;
        }
        let root = reciprocal_root(value);
        let data = requantize_double(1, Multiplier { shift: root.shift.wrapping_add(SHIFT), ..root });
        let output = Multiplier { shift: self.output.shift.wrapping_sub(SHIFT), ..self.output };
        Clamp::INT8.apply(requantize_double(data, output).wrapping_add(self.output_zero_point)) as i8
    }
}

/// `1 / √value` for 1 to 2^27.
const fn reciprocal_root(value: i32) -> Multiplier {
    if value <= 1 {
        return Multiplier { multiplier: i32::MAX, shift: 0 };
    }
    // An even power of two brings the value to [1/2, 2) in Q3.28, as the half of it.
    let pairs = ((value.leading_zeros() - 1) / 2).saturating_sub(1);
    let right = 11i32.wrapping_sub(pairs as i32);
    let input = value.wrapping_shl(2 * pairs) >> 1;
    let half_input = rounding_divide_by_pot(input, 1);
    // 1.5 and 1.
    let half_three = (1 << 28) + (1 << 27);
    let mut x = 1 << 28;
    let mut step = 0;
    while step < 5 {
        // In Q9.22 and Q6.25, brought back to Q3.28.
        let cube = saturating_shl(mul(mul(x, x), x), 6);
        x = saturating_shl(mul(half_three, x).wrapping_sub(mul(half_input, cube)), 3);
        step += 1;
    }
    // √2 / 2.
    let root = mul(x, 1_518_500_250);
    if right < 0 {
        Multiplier { multiplier: root.wrapping_shl(right.unsigned_abs()), shift: 0 }
    } else {
        Multiplier { multiplier: root, shift: right.wrapping_neg() }
    }
}

/// `x · 2^shift`, at the end of the range where it does not fit.
const fn saturating_shl(x: i32, shift: u32) -> i32 {
    let limit = i32::MAX >> shift;
    if x > limit {
        i32::MAX
    } else if x < -limit {
        i32::MIN
    } else {
        x << shift
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_within_a_step() {
        let input = Quantization { scale: 0.04, zero_point: -128 };
        let output = Quantization { scale: 0.02, zero_point: -128 };
        let rsqrt = Rsqrt::derive(f64::from(input.scale).sqrt(), input, output);
        for x in -127..=127 {
            let real = f64::from(input.dequantize(x.into()));
            let exact = (1.0 / real.sqrt() / 0.02 - 128.0).min(127.0);
            assert!((f64::from(rsqrt.eval(x)) - exact).abs() < 0.51, "{x}: {} for {exact}", rsqrt.eval(x));
        }
        assert_eq!(rsqrt.eval(-128), 127);
    }
}
