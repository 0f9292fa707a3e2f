//! Sum of two tensors.

#[cfg(test)]
mod test;

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::ops::common::quantised::UNCLAMPED;

binary_operator! {
    /// `y = clamp(a + b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Add, "add", "ADD", &[
        ("", "Add", |node| crate::ops::elementwise::binary::import_onnx(node, Add { clamp: UNCLAMPED })),
        ("com.microsoft", "QLinearAdd", |node| crate::ops::elementwise::binary::import_onnx_quantised(node, Add { clamp: UNCLAMPED })),
    ]
}
