//! Product of two tensors.

#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ir::IntegerForm;
use crate::ops::elementwise::binary::binary_operator;

binary_operator! {
    /// `y = clamp(a · b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Mul, "mul", clamped, IntegerForm::Free { weights: None, bias: None }, tflite: &[("MUL", |node| {
        let (clamp, inputs) = crate::ops::elementwise::binary::read_tflite(node)?;
        node.emit(Mul { clamp }, inputs)
    })], onnx: import_onnx::OPERATORS
}
