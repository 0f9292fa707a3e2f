//! How TFLite writes SPACE_TO_BATCH_ND.

#[cfg(feature = "tflite")]
pub(super) use tflite::OPERATORS;

#[cfg(feature = "tflite")]
mod tflite {
    use super::super::SpaceToBatch;
    use crate::import::tflite::{ImportFn, NodeImport};
    use crate::ir::{Fault, TensorType};
    use crate::ops::movement::import::{blocks, moved, sides};
    use crate::ops::movement::pad::Pad;
    use crate::ir::Operator;

    /// The operators that import as this one.
    pub(in crate::ops::movement::space_to_batch) const OPERATORS: &[(&str, ImportFn)] =
        &[("SPACE_TO_BATCH_ND", space_to_batch)];

    /// The operand, the blocks, and how much is put around it first: what stands for 0.0.
    fn space_to_batch(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let mut operand = node.input(0)?;
        let ty = node.tensor(operand).ty.clone();
        let blocks = blocks(node, &ty.shape)?;
        let (before, after) = sides(node, blocks.len(), ty.shape.rank())?;
        if before.iter().chain(&after).any(|&pad| pad != 0) {
            let pad = Pad { before, after, value: 0.0 };
            let padded = pad.infer(&[Some(node.tensor(operand))])?.remove(0);
            let padded = node.intermediate("padded", TensorType { quant: ty.quant, ..padded });
            node.emit_to(pad, vec![Some(operand)], vec![padded]);
            operand = padded;
        }
        moved(node, SpaceToBatch { blocks }, operand, 0)
    }
}
