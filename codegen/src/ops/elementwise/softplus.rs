//! The smooth rectifier.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = ln(1 + e^x)`.
    Softplus, "softplus", costs as "logistic", tflite: [], onnx: ["Softplus" since 1]
}
