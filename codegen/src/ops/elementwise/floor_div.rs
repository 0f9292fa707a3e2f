//! The largest integer not above a quotient.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;
use crate::ir::IntegerForm;

binary_operator! {
    /// `y = clamp(floor(a / b))`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    FloorDiv, "floor_div", clamped, IntegerForm::None,
    tflite: &[("FLOOR_DIV", |node| import_tflite(node, FloorDiv::PLAIN))], onnx: &[]
}
