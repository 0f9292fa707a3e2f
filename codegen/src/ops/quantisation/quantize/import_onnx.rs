//! How ONNX writes quantisation.

use super::Quantize;
use crate::import::onnx::{Constant, Item, NodeImport, quantise_constant, Onnx, known};
use crate::ir::{DType, Fault, Value};

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new(
        "QuantizeLinear",
        3,
        // How narrow floats saturate, and the width in which they are divided, are not for integers.
        known![
            axis: Int since 13, block_size: Int since 21, output_dtype: Int since 21, precision: Int since 23,
            saturate: Int since 19,
        ],
        quantize,
    )
    .since(10)
    .keeps_axes(),
    Onnx::microsoft("QuantizeLinear", 3, known![axis: Int], quantize).keeps_axes(),
];

/// QuantizeLinear: operand, scale, zero point, which gives the element type (u8 without it).
fn quantize(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.mark_quantised();
    node.only("block_size", 0)?;
    let item = node.input(0)?;
    let dims = node.file_dims(&item);
    let (quant, dtype) = node.quant(1, node.attribute_or("axis", 1i64)?, &dims)?;
    let to = match (dtype, node.attribute::<i64>("output_dtype")?) {
        (Some(dtype), _) => dtype,
        // INT8 in the numbering of ONNX's data types.
        (None, Some(3)) => DType::I8,
        (None, None | Some(0 | 2)) => DType::U8,
        (None, Some(other)) => return Err(format!("`output_dtype={other}` is not supported")),
    };
    match item {
        Item::Constant(constant) => {
            let real = constant.value.dequantise(constant.quant.as_ref());
            let real = Value::f32(dims, real).ok_or("the constant does not have its declared shape")?;
            let value =
                quantise_constant(&real, &quant, to).ok_or_else(|| format!("cannot quantise to {to}"))?;
            let name = format!("{}/quantised", constant.name);
            node.bind(Item::Constant(Constant { name, value, quant: Some(quant), dequantised: false }));
            Ok(())
        }
        Item::Computed(handle) => {
            if !matches!(to, DType::I8 | DType::U8) {
                return Err(node.unsupported_activations(to));
            }
            if quant.axis().is_some() {
                return Err("activations with a scale for each channel are not supported".to_owned());
            }
            node.emit_with(Quantize { to }, vec![Some(handle.tensor)], handle.layout, Some(quant))
        }
    }
}
