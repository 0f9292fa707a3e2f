//! How TFLite writes BATCH_TO_SPACE_ND.

#[cfg(feature = "tflite")]
pub(super) use tflite::OPERATORS;

#[cfg(feature = "tflite")]
mod tflite {
    use super::super::BatchToSpace;
    use crate::import::tflite::{ImportFn, NodeImport};
    use crate::ir::{Fault, Operator, Shape, TensorType};
    use crate::ops::movement::import::{blocks, moved, sides};
    use crate::ops::movement::slice::{Cut, Slice};

    /// The operators that import as this one.
    pub(in crate::ops::movement::batch_to_space) const OPERATORS: &[(&str, ImportFn)] =
        &[("BATCH_TO_SPACE_ND", batch_to_space)];

    /// The operand, the blocks, and how much is then cut off.
    fn batch_to_space(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let operand = node.input(0)?;
        let ty = node.tensor(operand).ty.clone();
        let op = BatchToSpace { blocks: blocks(node, &ty.shape)? };
        let (before, after) = sides(node, op.blocks.len(), ty.shape.rank())?;
        if before.iter().chain(&after).all(|&crop| crop == 0) {
            return moved(node, op, operand, 0);
        }
        let whole = op.infer(&[Some(node.tensor(operand))])?.remove(0);
        let cuts = cuts(&whole.shape, &before, &after)?;
        let slice = Slice::of(&cuts, &whole.shape);
        let space = node.intermediate("space", TensorType { quant: ty.quant, ..whole });
        node.emit_to(op, vec![Some(operand)], vec![space]);
        moved(node, slice, space, 0)
    }

    fn cuts(whole: &Shape, before: &[usize], after: &[usize]) -> Result<Vec<Cut>, Fault> {
        let cut = |(axis, (&extent, (&begin, &end))): (usize, (&usize, (&usize, &usize)))| {
            let count = extent.checked_sub(begin).and_then(|rest| rest.checked_sub(end)).filter(|&count| count > 0);
            let count = count.ok_or_else(|| format!("cuts {begin} and {end} off the {extent} places of axis {axis}"))?;
            Ok(Cut { axis, begin, step: 1, count })
        };
        whole.dims().iter().zip(before.iter().zip(after)).enumerate().map(cut).collect()
    }
}
