//! The range of quantised values that an operator may put out: that of its storage type, narrowed by a fused activation.

use crate::float::round_half_away;

/// An inclusive range of quantised values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Clamp {
    /// The smallest value.
    pub min: i32,
    /// The largest value.
    pub max: i32,
}

impl Clamp {
    /// All of `i8`.
    pub const INT8: Self = Self { min: -128, max: 127 };
    /// All of `u8`.
    pub const UINT8: Self = Self { min: 0, max: 255 };
    /// All of `i16`.
    pub const INT16: Self = Self { min: -32_768, max: 32_767 };

    /// `x`, moved into the range. Where `min > max` the result is `max`, as with the reference's `min(max(x, lo), hi)`.
    #[inline]
    #[must_use]
    pub const fn apply(self, x: i32) -> i32 {
        let x = if x < self.min { self.min } else { x };
        if x > self.max { self.max } else { x }
    }
}

/// A fused activation function, as TFLite's `ActivationFunctionType` has them for integer operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Activation {
    /// No bound but that of the storage type.
    None,
    /// `max(x, 0)`.
    Relu,
    /// `min(max(x, 0), 6)`.
    Relu6,
    /// `min(max(x, -1), 1)`.
    ReluN1To1,
}

/// The quantised range of `activation` for an output of this scale and zero point in storage of range `storage`.
///
/// TFLM's `CalculateActivationRangeQuantized`: a bound is `zero_point + round(bound / scale)`, in `f32`, half away from
/// zero. Where that exceeds 32 bits TFLM refuses the model; this saturates, which leaves the bound of the storage type.
#[must_use]
pub const fn activation_range(activation: Activation, scale: f32, zero_point: i32, storage: Clamp) -> Clamp {
    let Clamp { min, max } = storage;
    match activation {
        Activation::None => storage,
        Activation::Relu => Clamp { min: larger(min, quantize_bound(0.0, scale, zero_point)), max },
        Activation::Relu6 => Clamp {
            min: larger(min, quantize_bound(0.0, scale, zero_point)),
            max: smaller(max, quantize_bound(6.0, scale, zero_point)),
        },
        Activation::ReluN1To1 => Clamp {
            min: larger(min, quantize_bound(-1.0, scale, zero_point)),
            max: smaller(max, quantize_bound(1.0, scale, zero_point)),
        },
    }
}

const fn quantize_bound(bound: f32, scale: f32, zero_point: i32) -> i32 {
    zero_point.saturating_add(round_half_away(bound / scale) as i32)
}

const fn larger(a: i32, b: i32) -> i32 {
    if a > b { a } else { b }
}

const fn smaller(a: i32, b: i32) -> i32 {
    if a < b { a } else { b }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fused_activations_narrow_the_storage_range() {
        let range = |activation| {
            let Clamp { min, max } = activation_range(activation, 0.05, -10, Clamp::INT8);
            (min, max)
        };
        assert_eq!(range(Activation::None), (-128, 127));
        assert_eq!(range(Activation::Relu), (-10, 127));
        assert_eq!(range(Activation::Relu6), (-10, 110));
        assert_eq!(range(Activation::ReluN1To1), (-30, 10));
    }

    #[test]
    fn a_bound_is_rounded_away_from_zero() {
        // 1 / 0.4 = 2.5 in f32.
        assert_eq!(activation_range(Activation::ReluN1To1, 0.4, 0, Clamp::INT8), Clamp { min: -3, max: 3 });
    }

    #[test]
    fn a_tiny_scale_leaves_the_storage_range() {
        assert_eq!(
            activation_range(Activation::Relu6, 1e-30, 127, Clamp::INT8),
            Clamp { min: 127, max: 127 }
        );
        assert_eq!(activation_range(Activation::ReluN1To1, 1e-30, -1, Clamp::INT8), Clamp::INT8);
    }

    #[test]
    fn an_empty_range_gives_its_upper_end() {
        let empty = Clamp { min: 5, max: 3 };
        assert_eq!((empty.apply(-9), empty.apply(4), empty.apply(9)), (3, 3, 3));
    }
}
