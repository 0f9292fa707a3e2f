//! The disjunction, of truth values or bit by bit.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::elementwise::binary::{import_onnx, logic_onnx},
};
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;

binary_operator! {
    /// `y = a | b`, of truth values or bit by bit; operands repeat along axes of extent 1 by NumPy's rule.
    Or, "or", tflite: &[("LOGICAL_OR", |node| import_tflite(node, Or::PLAIN))], onnx: &[
        Onnx::new("Or", 2, known![], |node| logic_onnx(node, Or::PLAIN)).keeps_axes(),
        Onnx::new("BitwiseOr", 2, known![], |node| import_onnx(node, Or::PLAIN)).since(18).keeps_axes(),
    ]
}
