//! The square root.

use crate::ops::elementwise::unary::function;

function! {
    /// `y = √x`, to 0.8 units in the last place.
    Sqrt, "sqrt", costs as "leaky_relu", tflite: ["SQRT"], onnx: ["Sqrt" since 1]
}
