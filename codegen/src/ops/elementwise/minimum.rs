//! The smaller of two elements.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{ANY, Onnx, known},
    ops::elementwise::binary::chain,
};
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;

binary_operator! {
    /// `y = min(a, b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Minimum, "minimum", tflite: &[("MINIMUM", |node| import_tflite(node, Minimum::PLAIN))], onnx: &[Onnx::new("Min", ANY, known![], |node| chain(node, &Minimum::PLAIN)).keeps_axes()]
}
