//! The conjunction, of truth values or bit by bit.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::elementwise::binary::{import_onnx, logic_onnx},
};
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;

binary_operator! {
    /// `y = a & b`, of truth values or bit by bit; operands repeat along axes of extent 1 by NumPy's rule.
    And, "and", tflite: &[("LOGICAL_AND", |node| import_tflite(node, And::PLAIN))], onnx: &[
        Onnx::new("And", 2, known![], |node| logic_onnx(node, And::PLAIN)).keeps_axes(),
        Onnx::new("BitwiseAnd", 2, known![], |node| import_onnx(node, And::PLAIN)).since(18).keeps_axes(),
    ]
}
