//! How ONNX writes concatenation.

use super::Concat;
use crate::import::onnx::{Item, NodeImport, axis_index, ANY, Onnx, known};
use crate::ir::{DType, Fault, Quant};

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Concat", ANY, known![axis: Int], concat).keeps_axes(),
    crate::ops::classical::features::VECTORIZER,
    Onnx::microsoft("QLinearConcat", ANY, known![axis: Int], quantised).keeps_axes(),
];

fn concat(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let axis = axis(node)?;
    let items: Vec<Item> = (0..node.input_count()).map(|index| node.input(index)).collect::<Result<_, _>>()?;
    // Integers of a quantised file keep their quantisation if all have the same.
    let quants: Vec<Option<Quant>> = items
        .iter()
        .map(|item| match item {
            Item::Computed(handle) => node.tensor(handle.tensor).ty.quant.clone(),
            Item::Constant(constant) => constant.quant.clone().filter(|_| !constant.dequantised),
        })
        .collect();
    let quant = quants.first().cloned().flatten();
    if quants.iter().any(|other| *other != quant) {
        return Err("joins integers of different quantisations".to_owned());
    }
    join(node, axis, &items, quant)
}

/// QLinearConcat: the result's scale and zero point, then each operand with its own.
fn quantised(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let axis = axis(node)?;
    let (quant, dtype) = node.quant(0, 0, &[])?;
    let operands = (2..node.input_count()).step_by(3);
    let items: Vec<Item> = operands.map(|index| node.quantised(index, index + 1)).collect::<Result<_, _>>()?;
    if items.iter().any(|item| node.dtype(item) != dtype.unwrap_or(DType::U8)) {
        return Err("operands and result must have one element type".to_owned());
    }
    join(node, axis, &items, Some(quant))
}

fn axis(node: &NodeImport<'_>) -> Result<i64, Fault> {
    Ok(node.attribute("axis")?.ok_or("the attribute `axis` is missing")?)
}

fn join(node: &mut NodeImport<'_>, axis: i64, items: &[Item], quant: Option<Quant>) -> Result<(), Fault> {
    let (tensors, layout) = node.together(items)?;
    let axis = axis_index(axis, layout.rank())?;
    let axis = layout.position(axis).ok_or("the axis does not exist")?;
    node.emit_with(Concat { axis }, tensors.into_iter().map(Some).collect(), layout, quant)
}
