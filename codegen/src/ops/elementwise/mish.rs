//! The activation Mish.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = x · tanh(ln(1 + e^x))` (Misra, arXiv:1908.08681).
    Mish, "mish", costs as "logistic", tflite: [], onnx: ["Mish" since 18]
}
