//! The hyperbolic cosine.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = (e^x + e^-x) / 2`.
    Cosh, "cosh", costs as "logistic", tflite: [], onnx: ["Cosh" since 9]
}
