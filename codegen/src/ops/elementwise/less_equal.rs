//! Whether an element is at most another.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::elementwise::binary::import_onnx,
};
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;

binary_operator! {
    /// `y = a <= b`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    LessEqual, "less_equal", tflite: &[("LESS_EQUAL", |node| import_tflite(node, LessEqual::PLAIN))], onnx: &[Onnx::new("LessOrEqual", 2, known![], |node| import_onnx(node, LessEqual::PLAIN)).since(12).keeps_axes()]
}
