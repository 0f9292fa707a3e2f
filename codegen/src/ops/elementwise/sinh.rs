//! The hyperbolic sine.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = (e^x - e^-x) / 2`.
    Sinh, "sinh", costs as "logistic", tflite: [], onnx: ["Sinh" since 9]
}
