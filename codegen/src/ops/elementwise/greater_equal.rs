//! Whether an element is at least another.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::elementwise::binary::import_onnx,
};
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;

binary_operator! {
    /// `y = a >= b`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    GreaterEqual, "greater_equal", tflite: &[("GREATER_EQUAL", |node| import_tflite(node, GreaterEqual::PLAIN))], onnx: &[Onnx::new("GreaterOrEqual", 2, known![], |node| import_onnx(node, GreaterEqual::PLAIN)).since(12).keeps_axes()]
}
