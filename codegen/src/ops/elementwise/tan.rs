//! The tangent.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = tan(x)`, `x` in radians.
    Tan, "tan", costs as "logistic", tflite: [], onnx: ["Tan" since 7]
}
