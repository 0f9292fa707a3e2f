//! Rounding to the nearest.

use crate::ops::elementwise::unary::function;

function! {
    /// `y` is the nearest integer, ties to even.
    Round, "round", costs as "leaky_relu", tflite: ["ROUND"], onnx: ["Round" since 11]
}
