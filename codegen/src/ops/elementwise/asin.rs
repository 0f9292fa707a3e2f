//! The angle with a given sine.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = asin(x)` in radians; NaN beyond ±1.
    Asin, "asin", costs as "logistic", tflite: [], onnx: ["Asin" since 7]
}
