//! The natural logarithm.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = ln x`, to 1 unit in the last place.
    Log, "log", costs as "logistic", tflite: ["LOG"], onnx: ["Log" since 1]
}
