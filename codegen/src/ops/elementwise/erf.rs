//! The error function.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = erf x`, to an absolute error of 2e-7.
    Erf, "erf", costs as "logistic", tflite: [], onnx: ["Erf" since 9]
}
