//! The `f32` functions that kernels need, from `core` alone: no libm, no table, no panic path.

/// Above this magnitude every `f32` is an integer.
const ALL_INTEGERS: f32 = 8_388_608.0;

/// The nearest integer, ties away from zero (C's `roundf`).
#[inline]
#[must_use]
pub const fn round_half_away(x: f32) -> f32 {
    let magnitude = x.abs();
    if magnitude.is_nan() || magnitude >= ALL_INTEGERS {
        return x;
    }
    let whole = magnitude as i32 as f32;
    let rounded = if magnitude - whole >= 0.5 { whole + 1.0 } else { whole };
    rounded.copysign(x)
}

/// The nearest integer, ties to even (IEEE 754's default; C's `nearbyintf` in it).
#[inline]
#[must_use]
pub const fn round_half_even(x: f32) -> f32 {
    let magnitude = x.abs();
    if magnitude.is_nan() || magnitude >= ALL_INTEGERS {
        return x;
    }
    // The sum has no bits left below one: the addition itself rounds to nearest even.
    ((magnitude + ALL_INTEGERS) - ALL_INTEGERS).copysign(x)
}
