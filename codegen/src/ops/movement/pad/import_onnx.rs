//! How ONNX writes padding.

use super::Pad;
use crate::import::onnx::{Handle, Layout, NodeImport, Onnx, axis_index, known};
use crate::ir::{Fault, TensorId};
use crate::ops::movement::select::Select;
use crate::ops::movement::select::mirror::{self, Mode};
use crate::ops::movement::slice::{Cut, Slice};

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Pad", 4, known![mode: Text, pads: Ints until 10, value: Float until 10], pad).before(11, 1).before(18, 3).keeps_axes(),
];

/// Pad: all starts, then all ends, for all axes or for those listed; operands or, before version 11, attributes. Negative pads cut off.
fn pad(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let mode: String = node.attribute_or("mode", "constant".to_owned())?;
    let mode = match mode.as_str() {
        "constant" => None,
        "reflect" => Some(Mode::Reflect),
        "edge" => Some(Mode::Edge),
        "wrap" => Some(Mode::Wrap),
        other => return Err(format!("`mode={other}` is not known; constant, reflect, edge and wrap are")),
    };
    let Handle { tensor, layout } = node.handle(0)?;
    let [before, after] = pads(node, &layout)?;
    if before.iter().chain(&after).all(|&count| count == 0) {
        return node.forward(0);
    }
    let tensor = without_negative(node, tensor, &before, &after)?;
    let [before, after] = [before, after].map(|pads| -> Vec<usize> { pads.iter().map(|&pad| pad.max(0) as usize).collect() });
    if let Some(mode) = mode {
        let shape = node.tensor(tensor).ty.shape.clone();
        let axes = shape.dims().iter().enumerate();
        let selected = axes.map(|(axis, &extent)| Ok((axis, mirror::places(mode, extent, before[axis], after[axis])?)));
        let op = Select::of(selected.collect::<Result<Vec<_>, Fault>>()?, &shape);
        return node.emit(op, vec![Some(tensor)], layout);
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
    node.emit(Pad { before, after, value }, vec![Some(tensor)], layout)
}

/// Places in front of and behind each axis of the graph's tensor.
fn pads(node: &NodeImport<'_>, layout: &Layout) -> Result<[Vec<i64>; 2], Fault> {
    let rank = layout.rank();
    let pads = node.integers_or_attribute(1, "pads")?.ok_or("the pads are missing")?;
    let axes = match node.optional_integers(3)? {
        Some(axes) => axes.into_iter().map(|axis| axis_index(axis, rank)).collect::<Result<Vec<_>, _>>()?,
        None => (0..rank).collect(),
    };
    if pads.len() != 2 * axes.len() {
        return Err(format!("{} pads for {} axes", pads.len(), axes.len()));
    }
    let mut all = [vec![0; layout.axes().len()], vec![0; layout.axes().len()]];
    for (i, &axis) in axes.iter().enumerate() {
        let place = layout.position(axis).ok_or("the axis does not exist")?;
        (all[0][place], all[1][place]) = (pads[i], pads[axes.len() + i]);
    }
    Ok(all)
}

/// The operand without what negative pads cut off.
fn without_negative(
    node: &mut NodeImport<'_>,
    tensor: TensorId,
    before: &[i64],
    after: &[i64],
) -> Result<TensorId, Fault> {
    let shape = node.tensor(tensor).ty.shape.clone();
    let mut cuts = Vec::new();
    for (axis, &extent) in shape.dims().iter().enumerate() {
        let [front, back] = [before[axis], after[axis]].map(|pad| pad.min(0).unsigned_abs() as usize);
        let count = extent.checked_sub(front).and_then(|rest| rest.checked_sub(back)).filter(|&count| count > 0);
        let count = count.ok_or_else(|| format!("cuts {front} and {back} of {extent} places off"))?;
        cuts.push(Cut { axis, begin: front, step: 1, count });
    }
    match Slice::of(&cuts, &shape) {
        Slice { axes, .. } if axes.is_empty() => Ok(tensor),
        slice => node.step("cut", slice, vec![Some(tensor)]),
    }
}
