//! How ONNX writes means.

use super::Mean;
use crate::import::onnx::{Handle, Layout, NodeImport, axis_index, Onnx, known};
use crate::ir::{Fault, Quant};

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("GlobalAveragePool", 1, known![], |node| global(node, None)).of_images(),
    Onnx::new(
        "ReduceMean",
        2,
        known![axes: Ints until 17, keepdims: Int, noop_with_empty_axes: Int since 18],
        reduce,
    )
    .before(18, 1),
    Onnx::microsoft("QLinearGlobalAveragePool", 5, known![channels_last: Int], quantised_global).of_images(),
];

fn quantised_global(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.only("channels_last", 0)?;
    node.quantised(0, 1)?;
    let (quant, _) = node.quant(3, 0, &[])?;
    global(node, Some(quant))
}

/// GlobalAveragePool: the mean over all axes behind the channels.
fn global(node: &mut NodeImport<'_>, quant: Option<Quant>) -> Result<(), Fault> {
    let Handle { tensor, layout } = node.handle(0)?;
    if layout.rank() < 3 {
        return Err(format!("expects an image or a sequence, got {} axes", layout.rank()));
    }
    let axes: Vec<usize> = (2..layout.rank()).collect();
    mean(node, tensor, layout, &axes, true, quant)
}

/// ReduceMean: the axes are an attribute or, from version 18 on, an operand; without either, all axes.
fn reduce(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let Handle { tensor, layout } = node.handle(0)?;
    let rank = layout.rank();
    let listed = node.integers_or_attribute(1, "axes")?.unwrap_or_default();
    let axes = match listed[..] {
        [] if node.attribute_or("noop_with_empty_axes", 0i64)? != 0 => return node.forward(0),
        [] => (0..rank).collect(),
        _ => listed.iter().map(|&axis| axis_index(axis, rank)).collect::<Result<Vec<_>, _>>()?,
    };
    let keep_dims = node.attribute_or("keepdims", 1i64)? != 0;
    mean(node, tensor, layout, &axes, keep_dims, None)
}

fn mean(
    node: &mut NodeImport<'_>,
    x: crate::ir::TensorId,
    layout: Layout,
    file_axes: &[usize],
    keep_dims: bool,
    quant: Option<Quant>,
) -> Result<(), Fault> {
    let place = |&axis: &usize| layout.position(axis).ok_or_else(|| format!("axis {axis} does not exist"));
    let mut axes: Vec<usize> = file_axes.iter().map(place).collect::<Result<_, _>>()?;
    axes.sort_unstable();
    axes.dedup();
    let after = if keep_dims { layout } else { layout.without(file_axes) };
    node.emit_with(Mean { axes, keep_dims }, vec![Some(x)], after, quant)
}
