//! Addition, subtraction and multiplication of floats.

use super::kernels;

// `max` and `min` rather than `clamp`, which panics if the range is empty.

kernels! {
    /// `clamp(first + second)`.
    add_f32, add_constant_f32 for f32: {
        /// Smallest result (fused activation).
        min: f32,
        /// Largest result (fused activation).
        max: f32,
    }
    |params, first, second| (first + second).max(params.min).min(params.max)
}

kernels! {
    /// `clamp(first - second)`.
    sub_f32, sub_constant_f32 for f32: {
        /// Smallest result (fused activation).
        min: f32,
        /// Largest result (fused activation).
        max: f32,
    }
    |params, first, second| (first - second).max(params.min).min(params.max)
}

kernels! {
    /// `clamp(first * second)`.
    mul_f32, mul_constant_f32 for f32: {
        /// Smallest result (fused activation).
        min: f32,
        /// Largest result (fused activation).
        max: f32,
    }
    |params, first, second| (first * second).max(params.min).min(params.max)
}
