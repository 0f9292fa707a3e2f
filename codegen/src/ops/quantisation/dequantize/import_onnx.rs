//! How ONNX writes dequantisation.

use super::Dequantize;
use crate::import::onnx::{Constant, Item, NodeImport, Onnx, known};
use crate::ir::Fault;

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new(
        "DequantizeLinear",
        3,
        known![axis: Int since 13, block_size: Int since 21, output_dtype: Int since 23],
        dequantize,
    )
    .since(10)
    .keeps_axes(),
    Onnx::microsoft("DequantizeLinear", 3, known![axis: Int], dequantize).keeps_axes(),
];

/// DequantizeLinear: operand, scale, zero point. Constants stay integers until an operator asks for them, so that their axes can
/// still be moved.
fn dequantize(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.mark_quantised();
    node.only("block_size", 0)?;
    // FLOAT in the numbering of ONNX's data types; 0 is the scale's type.
    if !matches!(node.attribute::<i64>("output_dtype")?, None | Some(0 | 1)) {
        return Err("gives other numbers than f32, which is not supported".to_owned());
    }
    let item = node.input(0)?;
    let dims = node.file_dims(&item);
    let (quant, dtype) = node.quant(1, node.attribute_or("axis", 1i64)?, &dims)?;
    if let Item::Constant(Constant { quant: Some(own), name, .. }) = &item
        && *own != quant
    {
        return Err(format!("`{name}` is quantised as {own}, but read as {quant}"));
    }
    let dtype = dtype.unwrap_or_else(|| node.dtype(&item));
    match node.with_quant(item, quant, dtype)? {
        Item::Constant(constant) => node.bind(Item::Constant(Constant { dequantised: true, ..constant })),
        Item::Computed(handle) => {
            node.emit(Dequantize {}, vec![Some(handle.tensor)], handle.layout)?;
        }
    }
    Ok(())
}
