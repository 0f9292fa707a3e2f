//! The exponential function.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = e^x`, to 1.1 units in the last place.
    Exp, "exp", costs as "logistic", tflite: ["EXP"], onnx: ["Exp" since 1]
}
