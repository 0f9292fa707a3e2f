//! How ONNX writes SpaceToDepth.

use super::SpaceToDepth;
use crate::import::onnx::{NodeImport, Onnx, known};
use crate::ir::Fault;
use crate::ops::movement::import::block;

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] =
    &[Onnx::new("SpaceToDepth", 1, known![blocksize: Int, mode: Text since 28], space_to_depth).of_images()];

fn space_to_depth(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let mode: String = node.attribute_or("mode", "DCR".to_owned())?;
    if mode != "DCR" {
        return Err(format!("`mode={mode}` is not supported; `DCR` is"));
    }
    let block = block(node)?;
    let (tensor, layout, _) = node.image(0)?;
    node.emit(SpaceToDepth { block }, vec![Some(tensor)], layout)
}
