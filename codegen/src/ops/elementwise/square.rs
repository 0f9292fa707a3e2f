//! The square.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = x²`.
    Square, "square", costs as "leaky_relu", tflite: ["SQUARE"], onnx: []
}
