//! Difference of two tensors.

#[cfg(test)]
mod test;

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::common::quantised::UNCLAMPED,
    ops::elementwise::binary::import_onnx,
};

binary_operator! {
    /// `y = clamp(a - b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Sub, "sub", "SUB", &[
        Onnx::new("Sub", 2, known![], |node| import_onnx(node, Sub { clamp: UNCLAMPED })).keeps_axes(),
    ]
}
