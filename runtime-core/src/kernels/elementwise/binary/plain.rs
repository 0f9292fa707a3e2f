//! Functions of plain numbers: a kernel for each element type, and one for comparisons in it. Which function it is, the shape says.
//!
//! Truth values are bytes; any but 0 is true, and results are 0 or 1.

use super::kernels;

kernels! {
    /// `clamp(f(first, second))`.
    binary_f32, binary_constant_f32 for f32 => f32: {
        /// Smallest result (fused activation).
        min: f32,
        /// Largest result (fused activation).
        max: f32,
    }
    |params, first, second| tinyml_arith::unary::bounded(S::FUNCTION.apply_f32(first, second), params.min, params.max)
}

kernels! {
    /// Whether the comparison of both holds.
    compare_f32, compare_constant_f32 for f32 => u8: {}
    |_params, first, second| (S::FUNCTION.apply_f32(first, second) != 0.0).into()
}

kernels! {
    /// A function of truth values.
    binary_bool, binary_constant_bool for u8 => u8: {}
    |_params, first, second| S::FUNCTION.apply_bool(first != 0, second != 0).into()
}

/// The two kernels of an integer type.
macro_rules! integers {
    ($($ty:ident $apply:ident: $binary:ident, $binary_constant:ident, $compare:ident, $compare_constant:ident;)*) => {$(
        kernels! {
            /// A function of integers, which wraps.
            $binary, $binary_constant for $ty => $ty: {}
            |_params, first, second| S::FUNCTION.$apply(first, second)
        }

        kernels! {
            /// Whether the comparison of both holds.
            $compare, $compare_constant for $ty => u8: {}
            |_params, first, second| (S::FUNCTION.$apply(first, second) != 0).into()
        }
    )*};
}

integers! {
    i8 apply_i8: binary_i8, binary_constant_i8, compare_i8, compare_constant_i8;
    u8 apply_u8: binary_u8, binary_constant_u8, compare_u8, compare_constant_u8;
    i16 apply_i16: binary_i16, binary_constant_i16, compare_i16, compare_constant_i16;
    i32 apply_i32: binary_i32, binary_constant_i32, compare_i32, compare_constant_i32;
    i64 apply_i64: binary_i64, binary_constant_i64, compare_i64, compare_constant_i64;
}
