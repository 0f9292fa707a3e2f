//! The sine.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = sin(x)`, `x` in radians.
    Sin, "sin", costs as "logistic", tflite: ["SIN"], onnx: ["Sin" since 7]
}
