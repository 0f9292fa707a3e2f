//! The inverse of the hyperbolic tangent.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = ln((1 + x) / (1 - x)) / 2`; NaN beyond ±1.
    Atanh, "atanh", costs as "logistic", tflite: [], onnx: ["Atanh" since 9]
}
