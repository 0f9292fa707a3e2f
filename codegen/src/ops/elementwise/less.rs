//! Whether an element is smaller than another.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::elementwise::binary::import_onnx,
};
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;

binary_operator! {
    /// `y = a < b`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Less, "less", tflite: &[("LESS", |node| import_tflite(node, Less::PLAIN))], onnx: &[Onnx::new("Less", 2, known![], |node| import_onnx(node, Less::PLAIN)).keeps_axes()]
}
