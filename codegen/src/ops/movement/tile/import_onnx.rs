//! How ONNX writes repetitions: Tile and Expand.

use super::Tile;
use crate::import::onnx::{Handle, Layout, NodeImport, Onnx, known};
use crate::ir::{Fault, Shape};

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Tile", 2, known![], tile).keeps_axes(),
    Onnx::new("Expand", 2, known![], expand).since(8),
];

fn tile(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let Handle { tensor, layout } = node.handle(0)?;
    let repeats: Option<Vec<usize>> = node.integers(1)?.iter().map(|&times| usize::try_from(times).ok()).collect();
    let repeats = repeats.filter(|repeats| repeats.len() == layout.rank());
    let repeats = repeats.ok_or_else(|| format!("expects a number of repetitions for each of {} axes", layout.rank()))?;
    node.emit(Tile { repeats: layout.graph_dims(&repeats) }, vec![Some(tensor)], layout)
}

/// Expand: as broadcasting does, so the shape may have fewer axes than the operand, or 1 where the operand has more.
fn expand(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let item = node.input(0)?;
    let from = Shape(node.file_dims(&item));
    let to: Option<Vec<usize>> = node.integers(1)?.iter().map(|&extent| usize::try_from(extent).ok()).collect();
    let to = Shape(to.ok_or("the shape has a negative extent")?);
    let to = from.broadcast(&to).ok_or_else(|| format!("cannot expand {from} to {to}"))?;
    if to == from {
        return node.forward(0);
    }
    if to.rank() == from.rank() {
        let Handle { tensor, layout } = node.handle(0)?;
        let op = Tile::broadcasting(&layout.graph_dims(from.dims()), &layout.graph_dims(to.dims()))?;
        return node.emit(op, vec![Some(tensor)], layout);
    }
    let tensor = node.lay(&item, &Layout::plain(from.rank()))?;
    let mut dims = vec![1; to.rank() - from.rank()];
    dims.extend(from.dims());
    let tensor = node.view(tensor, dims.clone())?;
    node.emit(Tile::broadcasting(&dims, to.dims())?, vec![Some(tensor)], Layout::plain(to.rank()))
}
