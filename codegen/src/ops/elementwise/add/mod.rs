//! Sum of two tensors.

#[cfg(test)]
mod test;

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::common::quantised::UNCLAMPED,
    ops::elementwise::binary::{import_onnx, import_onnx_quantised},
};

binary_operator! {
    /// `y = clamp(a + b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Add, "add", "ADD", &[
        Onnx::new("Add", 2, known![], |node| import_onnx(node, Add { clamp: UNCLAMPED })).keeps_axes(),
        Onnx::microsoft("QLinearAdd", 8, known![], |node| {
            import_onnx_quantised(node, Add { clamp: UNCLAMPED })
        })
        .keeps_axes(),
    ]
}
