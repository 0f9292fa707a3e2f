//! How ONNX looks labels up: ArrayFeatureExtractor of a list of labels, at the places of the largest scores.

use super::ClassLabel;
use crate::import::onnx::{Handle, Item, Layout, NodeImport};
use crate::ir::{DType, Fault, TensorId};
use crate::ops::reduction::arg_max::ArgMax;

/// Labels, which operand 0 lists as numbers or names, at the computed places of operand 1; of shape `[1, N]`.
pub(in crate::ops::classical) fn looked_up(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let labels = match node.texts(0).map(<[String]>::to_vec) {
        Some(names) => {
            let count = names.len() as i64;
            node.set_labels(names)?;
            (0..count).collect()
        }
        None => node.integers(0)?,
    };
    let Handle { tensor, layout } = node.handle(1)?;
    let places = node.lay(&Item::Computed(Handle { tensor, layout: layout.clone() }), &Layout::plain(layout.rank()))?;
    let ty = node.tensor(places).ty.clone();
    let shape = vec![1, ty.shape.elements()];
    let classes = labels.len();
    let found = match largest(node, places) {
        Some((_, own)) if own != classes => return Err(format!("has {classes} labels for {own} scores")),
        Some((scores, _)) => {
            let op = ClassLabel { above: false, threshold: 0.0, labels };
            node.step("label", op, vec![Some(scores)])?
        }
        // The places are the labels.
        None if ty.dtype == DType::I64 && labels.iter().copied().eq(0..classes as i64) => places,
        None => {
            return Err(node.advised(
                "looks labels up at places that are not those of the largest scores of rows (ArgMax over the last axis)",
                "let the model give the place, and look the label up in the application",
            ));
        }
    };
    let tensor = node.view(found, shape)?;
    node.bind(Item::Computed(Handle { tensor, layout: Layout::plain(2) }));
    Ok(())
}

/// The rows of scores whose largest ones have these places, and how many scores a row has.
fn largest(node: &NodeImport<'_>, places: TensorId) -> Option<(TensorId, usize)> {
    let (op, scores) = node.made_by::<ArgMax>(places)?;
    let ty = &node.tensor(scores).ty;
    let last = op.axis + 1 == ty.shape.rank() && ty.shape.rank() == 2;
    (last && !op.last && ty.dtype == DType::F32).then(|| (scores, ty.shape.channels()))
}
