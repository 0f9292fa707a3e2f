//! On which side of zero.

use crate::ops::elementwise::unary::function;

function! {
    /// `y` is -1, 0 or 1, as `x` lies to zero.
    Sign, "sign", costs as "leaky_relu", tflite: [], onnx: ["Sign" since 9]
}
