//! The inverse of the hyperbolic sine.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = ln(x + √(x² + 1))`.
    Asinh, "asinh", costs as "logistic", tflite: [], onnx: ["Asinh" since 9]
}
