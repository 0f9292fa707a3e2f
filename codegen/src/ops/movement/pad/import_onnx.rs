//! How ONNX writes padding.

use super::Pad;
use crate::import::onnx::{Handle, NodeImport, axis_index, Onnx, known};
use crate::ir::Fault;

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Pad", 4, known![mode: Text, pads: Ints until 10, value: Float until 10], pad).before(11, 1).before(18, 3).keeps_axes(),
];

/// Pad: all starts, then all ends, for all axes or for those listed; operands or, before version 11, attributes.
fn pad(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let mode: String = node.attribute_or("mode", "constant".to_owned())?;
    if mode != "constant" {
        return Err(format!("`mode={mode}` is not supported; `constant` is"));
    }
    let Handle { tensor, layout } = node.handle(0)?;
    let rank = layout.rank();
    let pads = node.integers_or_attribute(1, "pads")?.ok_or("the pads are missing")?;
    let axes = match node.optional(3)? {
        Some(_) => node.integers(3)?.into_iter().map(|axis| axis_index(axis, rank)).collect::<Result<Vec<_>, _>>()?,
        None => (0..rank).collect(),
    };
    let counts: Result<Vec<usize>, _> = pads.iter().map(|&count| usize::try_from(count)).collect();
    let counts = counts.map_err(|_| format!("the pads {pads:?} are negative; cutting off is not supported"))?;
    if counts.len() != 2 * axes.len() {
        return Err(format!("{} pads for {} axes", counts.len(), axes.len()));
    }
    let mut before = vec![0; layout.axes().len()];
    let mut after = before.clone();
    for (i, &axis) in axes.iter().enumerate() {
        let place = layout.position(axis).ok_or("the axis does not exist")?;
        (before[place], after[place]) = (counts[i], counts[axes.len() + i]);
    }
    let given = match node.optional(2)? {
        Some(_) => node.optional_real(2)?,
        None => node.attribute::<f32>("value")?,
    };
    let number = given.unwrap_or(0.0);
    // The border of an integer tensor is an integer.
    let value = match node.tensor(tensor).ty.per_tensor() {
        Some((scale, zero_point)) => scale * (number - zero_point as f32),
        None => number,
    };
    if before.iter().chain(&after).all(|&count| count == 0) {
        return node.forward(0);
    }
    node.emit(Pad { before, after, value }, vec![Some(tensor)], layout)
}
