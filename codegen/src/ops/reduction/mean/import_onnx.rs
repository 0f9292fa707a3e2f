//! How ONNX writes means.

use super::Mean;
use crate::import::onnx::{NodeImport, Onnx, known};
use crate::ir::{Fault, Quant};
use crate::ops::reduction::import::{Axes, axes};

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
    let item = node.input(0)?;
    let rank = node.file_dims(&item).len();
    if rank < 3 {
        return Err(format!("expects an image or a sequence, got {rank} axes"));
    }
    let behind: Vec<usize> = (2..rank).collect();
    let axes = Axes::new(node, &behind, true)?;
    mean(node, axes, quant)
}

fn reduce(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let axes = axes(node)?;
    // Each element is its own mean.
    if axes.axes.is_empty() { node.forward(0) } else { mean(node, axes, None) }
}

fn mean(node: &mut NodeImport<'_>, axes: Axes, quant: Option<Quant>) -> Result<(), Fault> {
    let Axes { operand, axes, keep_dims, after } = axes;
    node.emit_with(Mean { axes, keep_dims }, vec![Some(operand)], after, quant)
}
