//! The reciprocal of the square root.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = 1 / √x`.
    Rsqrt, "rsqrt", costs as "leaky_relu", tflite: ["RSQRT"], onnx: []
}
