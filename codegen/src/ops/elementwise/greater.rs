//! Whether an element is larger than another.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::elementwise::binary::import_onnx,
};
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;

binary_operator! {
    /// `y = a > b`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Greater, "greater", tflite: &[("GREATER", |node| import_tflite(node, Greater::PLAIN))], onnx: &[Onnx::new("Greater", 2, known![], |node| import_onnx(node, Greater::PLAIN)).keeps_axes()]
}
