//! How ONNX writes DepthToSpace.

use super::DepthToSpace;
use crate::import::onnx::{NodeImport, Onnx, known};
use crate::ir::Fault;
use crate::ops::movement::import::block;

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] =
    &[Onnx::new("DepthToSpace", 1, known![blocksize: Int, mode: Text since 11], depth_to_space).of_images()];

fn depth_to_space(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let mode: String = node.attribute_or("mode", "DCR".to_owned())?;
    let blocks_outermost = match mode.as_str() {
        "DCR" => true,
        "CRD" => false,
        other => return Err(format!("`mode={other}` is not known; `DCR` and `CRD` are")),
    };
    let block = block(node)?;
    let (tensor, layout, _) = node.image(0)?;
    node.emit(DepthToSpace { block, blocks_outermost }, vec![Some(tensor)], layout)
}
