//! The remainder with the sign of the dividend.

use crate::ir::IntegerForm;
use crate::ops::elementwise::binary::binary_operator;

binary_operator! {
    /// `y = clamp(a - b · trunc(a / b))`, element by element: the sign is the dividend's; operands repeat along axes of extent 1 by NumPy's rule.
    /// (ONNX's Mod with `fmod`.)
    Remainder, "remainder", clamped, IntegerForm::None, tflite: &[], onnx: &[]
}
