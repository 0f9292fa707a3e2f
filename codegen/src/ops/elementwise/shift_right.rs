//! Bits moved to the right.

use crate::ops::elementwise::binary::binary_operator;

binary_operator! {
    /// `y = a >> b`, element by element, filled up with the sign; operands repeat along axes of extent 1 by NumPy's rule.
    ShiftRight, "shift_right", tflite: &[], onnx: &[]
}
