//! The way between the caller's real numbers and the model's integers: what `run_f32` does around `run`.

use tinyml_arith::Rounding;
use tinyml_arith::float::{round_half_away, round_half_even};

use crate::arena::Element;

/// Integer element types at a model's boundary: `i8`, `u8` and `i16`.
pub trait Quantised: Element {
    /// Smallest value, as a float.
    const MIN: f32;
    /// Largest value, as a float.
    const MAX: f32;
    /// From a whole number within the range.
    fn from_whole(value: f32) -> Self;
    /// Widened.
    fn to_i32(self) -> i32;
}

macro_rules! quantised {
    ($($ty:ty),*) => {$(
        impl Quantised for $ty {
            const MIN: f32 = <$ty>::MIN as f32;
            const MAX: f32 = <$ty>::MAX as f32;
            #[inline]
            fn from_whole(value: f32) -> Self {
                value as $ty
            }
            #[inline]
            fn to_i32(self) -> i32 {
                self.into()
            }
        }
    )*};
}
quantised!(i8, u8, i16);

/// `q = saturate(round(real / scale) + zero_point)`, element by element; NaN gives the zero point. The rounding of ties is that of
/// the model's reference: away from zero (TFLite) or to even (ONNX).
pub fn quantize<Q: Quantised, const N: usize>(
    real: &[f32; N],
    quantised: &mut [Q; N],
    scale: f32,
    zero_point: i32,
    rounding: Rounding,
) {
    for (q, &x) in quantised.iter_mut().zip(real) {
        let scaled = x / scale;
        let whole = match rounding {
            Rounding::HalfEven => round_half_even(scaled),
            Rounding::Double | Rounding::Single => round_half_away(scaled),
        };
        let whole = if whole.is_nan() { 0.0 } else { whole };
        // `max` and `min` rather than `clamp`, which has a panic path.
        *q = Q::from_whole((whole + zero_point as f32).max(Q::MIN).min(Q::MAX));
    }
}

/// `real = scale * (q - zero_point)`, element by element.
#[must_use]
pub fn dequantize<Q: Quantised, const N: usize>(quantised: &[Q; N], scale: f32, zero_point: i32) -> [f32; N] {
    let mut real = [0.0; N];
    for (x, q) in real.iter_mut().zip(quantised) {
        *x = scale * q.to_i32().wrapping_sub(zero_point) as f32;
    }
    real
}

/// Between unsigned bytes and the signed ones that the kernels work on: the value moves by 128.
pub fn flip_sign<const N: usize>(bytes: &mut [u8; N]) {
    for byte in bytes {
        *byte ^= 0x80;
    }
}
