//! How TFLite writes DEPTH_TO_SPACE.

#[cfg(feature = "tflite")]
pub(super) use tflite::OPERATORS;

#[cfg(feature = "tflite")]
mod tflite {
    use super::super::DepthToSpace;
    use crate::import::tflite::options::BlockOptions;
    use crate::import::tflite::{ImportFn, NodeImport};
    use crate::ir::Fault;
    use crate::ops::movement::import::moved;

    /// The operators that import as this one.
    pub(in crate::ops::movement::depth_to_space) const OPERATORS: &[(&str, ImportFn)] =
        &[("DEPTH_TO_SPACE", depth_to_space)];

    fn depth_to_space(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let block = node.options(BlockOptions::read)?.block;
        let operand = node.input(0)?;
        moved(node, DepthToSpace { block, blocks_outermost: true }, operand, 0)
    }
}
