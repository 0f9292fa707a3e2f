//! RELU and RELU6 over int8 as operators of their own, as TFLM computes them. (Fused into another operator they are a
//! [`Clamp`].)

use crate::clamp::{Activation, Clamp, activation_range};
use crate::quantize::{Quantization, Rescale};
use crate::requantize::Multiplier;

/// RELU: rescales to the output's quantisation, then clamps at real zero.
#[must_use]
pub const fn relu(input: Quantization, output: Quantization, storage: Clamp) -> Rescale {
    let clamp = activation_range(Activation::Relu, output.scale, output.zero_point, storage);
    Rescale { clamp, ..Rescale::derive(input, output, storage) }
}

/// RELU6: a clamp between zero and six on the *input's* quantisation, and nothing else.
///
/// TFLM does not look at the output's scale and zero point here; where they differ from the input's, the result is not
/// RELU6 of the model, but it is what TFLM computes.
#[must_use]
pub const fn relu6(input: Quantization, storage: Clamp) -> Clamp {
    let six = input.quantize(6.0, storage);
    Clamp { min: input.zero_point, max: six }
}

/// RELU, RELU6 and RELU_N1_TO_1 as LiteRT's reference kernels compute them: rescaled by a ratio formed in `f32`, then clamped
/// on the output's quantisation.
#[must_use]
pub const fn relu_litert(
    activation: Activation,
    input: Quantization,
    output: Quantization,
    storage: Clamp,
) -> Rescale {
    let clamp = activation_range(activation, output.scale, output.zero_point, storage);
    let ratio = (input.scale / output.scale) as f64;
    Rescale { clamp, multiplier: Multiplier::from_f64(ratio), ..Rescale::derive(input, output, storage) }
}
