//! The magnitude.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = |x|`.
    Abs, "abs", costs as "leaky_relu", tflite: ["ABS"], onnx: ["Abs" since 1]
}
