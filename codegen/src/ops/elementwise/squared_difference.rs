//! The square of a difference.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;
use crate::ir::IntegerForm;

binary_operator! {
    /// `y = clamp((a - b)²)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    SquaredDifference, "squared_difference", clamped, IntegerForm::None,
    tflite: &[("SQUARED_DIFFERENCE", |node| import_tflite(node, SquaredDifference::PLAIN))], onnx: &[]
}
