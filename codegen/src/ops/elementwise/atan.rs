//! The angle with a given tangent.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = atan(x)` in radians.
    Atan, "atan", costs as "logistic", tflite: [], onnx: ["Atan" since 7]
}
