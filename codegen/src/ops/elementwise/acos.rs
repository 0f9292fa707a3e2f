//! The angle with a given cosine.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = acos(x)` in radians; NaN beyond ±1.
    Acos, "acos", costs as "logistic", tflite: [], onnx: ["Acos" since 7]
}
