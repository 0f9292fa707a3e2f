//! The rectifier with slopes of its own below zero.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::elementwise::binary::import_onnx,
};
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;
use crate::ir::IntegerForm;

binary_operator! {
    /// `y = clamp(a)`, or `clamp(a · b)` where `a` is below zero, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Prelu, "prelu", clamped, IntegerForm::None,
    tflite: &[("PRELU", |node| import_tflite(node, Prelu::PLAIN))], onnx: &[Onnx::new("PRelu", 2, known![], |node| import_onnx(node, Prelu::PLAIN)).keeps_axes()]
}
