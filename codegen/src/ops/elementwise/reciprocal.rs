//! The reciprocal.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = 1 / x`.
    Reciprocal, "reciprocal", costs as "leaky_relu", tflite: [], onnx: ["Reciprocal" since 1]
}
