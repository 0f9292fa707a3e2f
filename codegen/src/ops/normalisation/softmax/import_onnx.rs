//! How ONNX writes Softmax and LogSoftmax.

use super::Softmax;
use crate::import::onnx::shapes::flattened_dims;
use crate::import::onnx::{Handle, Item, Layout, NodeImport, axis_index, Onnx, known};
use crate::ir::{Fault, Operator, Quant};

/// The operators that import as Softmax.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Softmax", 1, known![axis: Int], |node| along_axis(node, Softmax { beta: 1.0 }, None)).keeps_axes(),
    Onnx::microsoft("QLinearSoftmax", 5, known![axis: Int, opset: Int], quantised).keeps_axes(),
];

/// QLinearSoftmax: operand, its scale and zero point, the result's. The attribute `opset` says which definition holds.
fn quantised(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.quantised(0, 1)?;
    let (quant, _) = node.quant(3, 0, &[])?;
    along_axis(node, Softmax { beta: 1.0 }, Some(quant))
}

/// Imports an operator over the last axis of the graph's tensor as one over the file's attribute `axis`.
///
/// Before version 13, it was over all axes from `axis` (1 by default) on, together.
pub(in crate::ops) fn along_axis(
    node: &mut NodeImport<'_>,
    op: impl Operator,
    quant: Option<Quant>,
) -> Result<(), Fault> {
    let item = node.input(0)?;
    let dims = node.file_dims(&item);
    let together = node.attribute_or("opset", node.opset())? < 13;
    let axis = axis_index(node.attribute_or("axis", if together { 1 } else { -1 })?, dims.len())?;
    let significant = |dims: &[usize]| dims.iter().filter(|&&dim| dim != 1).count();
    if together && significant(&dims[axis..]) > 1 {
        let plain = Layout::plain(dims.len());
        let x = node.lay(&item, &plain)?;
        let rows = node.view(x, flattened_dims(&dims, axis as i64)?)?;
        let result = node.step_with("rows", op, vec![Some(rows)], quant)?;
        let tensor = node.view(result, dims)?;
        node.bind(Item::Computed(Handle { tensor, layout: plain }));
        return Ok(());
    }
    // Where the axes from `axis` on have one extent other than 1, that one.
    let axis = if together { (axis..dims.len()).find(|&own| dims[own] != 1).unwrap_or(axis) } else { axis };
    let Handle { layout, .. } = node.handle(0)?;
    let innermost = layout.with_innermost(axis);
    let x = node.lay(&item, &innermost)?;
    node.emit_with(op, vec![Some(x)], innermost, quant)
}
