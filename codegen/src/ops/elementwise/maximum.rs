//! The larger of two elements.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{ANY, Onnx, known},
    ops::elementwise::binary::chain,
};
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;

binary_operator! {
    /// `y = max(a, b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Maximum, "maximum", tflite: &[("MAXIMUM", |node| import_tflite(node, Maximum::PLAIN))], onnx: &[Onnx::new("Max", ANY, known![], |node| chain(node, &Maximum::PLAIN)).keeps_axes()]
}
