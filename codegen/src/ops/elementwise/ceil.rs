//! Rounding up.

use crate::ops::elementwise::unary::function;

function! {
    /// `y` is the smallest integer not below `x`.
    Ceil, "ceil", costs as "leaky_relu", tflite: ["CEIL"], onnx: ["Ceil" since 1]
}
