//! Difference of two tensors.

#[cfg(test)]
mod test;

use super::common::binary::binary_operator;
#[cfg(feature = "onnx")]
use super::common::quantised::UNCLAMPED;

binary_operator! {
    /// `y = clamp(a - b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Sub, "sub", "SUB", &[("", "Sub", |node| super::common::binary::import_onnx(node, Sub { clamp: UNCLAMPED }))]
}
