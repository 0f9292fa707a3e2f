//! Product of two tensors.

#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ops::elementwise::binary::binary_operator;

binary_operator! {
    /// `y = clamp(a · b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Mul, "mul", "MUL", import_onnx::OPERATORS
}
