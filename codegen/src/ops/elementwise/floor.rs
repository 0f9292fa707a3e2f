//! Rounding down.

use crate::ops::elementwise::unary::function;

function! {
    /// `y` is the largest integer not above `x`.
    Floor, "floor", costs as "leaky_relu", tflite: ["FLOOR"], onnx: ["Floor" since 1]
}
