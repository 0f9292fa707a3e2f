//! Quantised ONNX operators in integers: one rounding, half to even, results saturated.
//!
//! The reference is ONNX Runtime, whose QLinear operators compute in `f32`. Agreement is therefore a matter of bounds, not
//! of proof: each item says what it equals exactly, and by how much ONNX Runtime can differ. Values are `i32` throughout
//! the interfaces, since int8 and uint8 activations share the arithmetic.

mod average;
mod elementwise;
mod softmax;

pub use average::{Average, AveragePool};
pub use elementwise::{Add, Mul};
pub use softmax::{Row, Softmax};

use crate::clamp::Clamp;
use crate::float::round_half_even;
use crate::quantize::Quantization;
use crate::requantize::Multiplier;

/// QuantizeLinear: `x / scale` in `f32`, rounded half to even, plus the zero point, saturated.
#[inline]
#[must_use]
pub const fn quantize(x: f32, q: Quantization, storage: Clamp) -> i32 {
    storage.apply((round_half_even(x / q.scale) as i32).saturating_add(q.zero_point))
}

/// DequantizeLinear: one `f32` product.
#[inline]
#[must_use]
pub const fn dequantize(x: i32, q: Quantization) -> f32 {
    q.dequantize(x)
}

/// The multiplier of QLinearConv, QLinearMatMul and QGemm: `x_scale * w_scale / y_scale`, in `f32` and in this order.
///
/// An `f32` is exact in a [`Multiplier`], so that [`requantize_half_even`](crate::requantize::requantize_half_even) of the
/// accumulator is ONNX Runtime's `f32` product and rounding.
#[must_use]
pub const fn multiplier(x_scale: f32, w_scale: f32, y_scale: f32) -> Multiplier {
    Multiplier::from_f64((x_scale * w_scale / y_scale) as f64)
}

/// The table of a unary operator: DequantizeLinear, `f`, QuantizeLinear, with `f32` between them as the standard says.
///
/// Indexed by the input's bit pattern. With an `f` that is correctly rounded the table is exactly what the three nodes
/// define; where ONNX Runtime fuses them (QLinearSigmoid, QLinearLeakyRelu) it makes the same table with its own `f`.
#[must_use]
pub fn table(
    input: Quantization,
    input_storage: Clamp,
    output: Quantization,
    output_storage: Clamp,
    f: impl Fn(f32) -> f32,
) -> [u8; 256] {
    let signed = input_storage.min < 0;
    core::array::from_fn(|i| {
        let x = if signed { i32::from(i as u8 as i8) } else { i as i32 };
        quantize(f(dequantize(x, input)), output, output_storage) as u8
    })
}
