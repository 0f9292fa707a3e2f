//! How TFLite writes repetitions: TILE and BROADCAST_TO.

#[cfg(feature = "tflite")]
pub(super) use tflite::OPERATORS;

#[cfg(feature = "tflite")]
mod tflite {
    use super::super::Tile;
    use crate::import::tflite::{ImportFn, NodeImport};
    use crate::ir::{Fault, Shape, TensorType};
    use crate::ops::movement::import::moved;
    use crate::ops::movement::reshape::Reshape;

    /// The operators that import as this one.
    pub(in crate::ops::movement::tile) const OPERATORS: &[(&str, ImportFn)] =
        &[("TILE", tile), ("BROADCAST_TO", broadcast_to)];

    fn tile(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let repeats: Option<Vec<usize>> = node.integers(1)?.iter().map(|&times| usize::try_from(times).ok()).collect();
        let operand = node.input(0)?;
        moved(node, Tile { repeats: repeats.ok_or("repeats an axis fewer than no times")? }, operand, 0)
    }

    /// The operand may have fewer axes than the result: those in front are 1.
    fn broadcast_to(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let (operand, output) = (node.input(0)?, node.output(0)?);
        let to = node.tensor(output).ty.shape.0.clone();
        let own = node.tensor(operand).ty.clone();
        let missing = to.len().checked_sub(own.shape.rank()).ok_or_else(|| format!("cannot expand {} to {to:?}", own.shape))?;
        let from = [vec![1; missing], own.shape.0.clone()].concat();
        let operand = match missing {
            0 => operand,
            _ => {
                let view = node.intermediate("operand", TensorType { shape: Shape(from.clone()), ..own });
                node.emit_to(Reshape { shape: from.clone() }, vec![Some(operand)], vec![view]);
                view
            }
        };
        moved(node, Tile::broadcasting(&from, &to)?, operand, 0)
    }
}
