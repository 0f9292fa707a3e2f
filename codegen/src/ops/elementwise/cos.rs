//! The cosine.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = cos(x)`, `x` in radians.
    Cos, "cos", costs as "logistic", tflite: ["COS"], onnx: ["Cos" since 7]
}
