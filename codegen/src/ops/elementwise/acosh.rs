//! The inverse of the hyperbolic cosine.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = ln(x + √(x² - 1))`; NaN below 1.
    Acosh, "acosh", costs as "logistic", tflite: [], onnx: ["Acosh" since 9]
}
