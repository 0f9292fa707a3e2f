//! How TFLite writes SPACE_TO_DEPTH.

#[cfg(feature = "tflite")]
pub(super) use tflite::OPERATORS;

#[cfg(feature = "tflite")]
mod tflite {
    use super::super::SpaceToDepth;
    use crate::import::tflite::options::BlockOptions;
    use crate::import::tflite::{ImportFn, NodeImport};
    use crate::ir::Fault;
    use crate::ops::movement::import::moved;

    /// The operators that import as this one.
    pub(in crate::ops::movement::space_to_depth) const OPERATORS: &[(&str, ImportFn)] =
        &[("SPACE_TO_DEPTH", space_to_depth)];

    fn space_to_depth(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let block = node.options(BlockOptions::read)?.block;
        let operand = node.input(0)?;
        moved(node, SpaceToDepth { block }, operand, 0)
    }
}
