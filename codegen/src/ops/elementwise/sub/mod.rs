//! Difference of two tensors.

#[cfg(test)]
mod test;

use crate::ir::IntegerForm;
use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::elementwise::binary::import_onnx,
};

binary_operator! {
    /// `y = clamp(a - b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Sub, "sub", clamped, IntegerForm::Free { weights: None, bias: None }, tflite: &[("SUB", |node| {
        let (clamp, inputs) = crate::ops::elementwise::binary::read_tflite(node)?;
        node.emit(Sub { clamp }, inputs)
    })], onnx: &[Onnx::new("Sub", 2, known![], |node| import_onnx(node, Sub::PLAIN)).keeps_axes()]
}
