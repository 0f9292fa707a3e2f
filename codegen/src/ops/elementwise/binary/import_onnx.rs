//! How ONNX writes the three operators: two operands, NumPy's broadcasting over the file's order of axes.

use crate::import::onnx::NodeImport;
use crate::ir::{Fault, Operator};

/// Imports Add, Sub or Mul as `op`.
pub fn import_onnx(node: &mut NodeImport<'_>, op: impl Operator) -> Result<(), Fault> {
    let (a, b) = (node.input(0)?, node.input(1)?);
    let (tensors, layout) = node.broadcast(&[a, b])?;
    node.emit(op, tensors.into_iter().map(Some).collect(), layout)
}

/// Imports QLinearAdd or QLinearMul as `op`: each operand is followed by its scale and zero point, then come the result's.
pub fn import_onnx_quantised(node: &mut NodeImport<'_>, op: impl Operator) -> Result<(), Fault> {
    let (a, b) = (node.quantised(0, 1)?, node.quantised(3, 4)?);
    let (quant, _) = node.quant(6, 0, &[])?;
    let (tensors, layout) = node.broadcast(&[a, b])?;
    node.emit_with(op, tensors.into_iter().map(Some).collect(), layout, Some(quant))
}
