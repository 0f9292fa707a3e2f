//! The other sign.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = -x`.
    Neg, "neg", costs as "leaky_relu", tflite: ["NEG"], onnx: ["Neg" since 1]
}
