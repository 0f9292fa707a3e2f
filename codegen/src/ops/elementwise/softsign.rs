//! A sigmoid without exponentials.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = x / (1 + |x|)`.
    Softsign, "softsign", costs as "leaky_relu", tflite: [], onnx: ["Softsign" since 1]
}
