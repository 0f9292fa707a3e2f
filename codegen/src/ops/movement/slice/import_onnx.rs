//! How ONNX writes slices: Slice and Split.

use super::{Cut, Slice};
use crate::import::onnx::{Handle, Item, NodeImport, Onnx, axis_index, known};
use crate::ir::{Fault, Shape};
use crate::ops::movement::import::extents;

/// The operators that import as slices.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Slice", 5, known![axes: Ints until 9, ends: Ints until 9, starts: Ints until 9], slice)
        .before(10, 1)
        .keeps_axes(),
    Onnx::new("Split", 2, known![axis: Int, split: Ints until 12, num_outputs: Int since 18], split)
        .before(13, 1)
        .keeps_axes()
        .with_all_results(),
];

/// Slice: starts, ends, axes and steps are operands; before version 10 attributes, and without steps.
fn slice(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let starts = node.integers_or_attribute(1, "starts")?.ok_or("the starts are missing")?;
    let ends = node.integers_or_attribute(2, "ends")?.ok_or("the ends are missing")?;
    let axes = node.integers_or_attribute(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = node.optional_integers(4)?.unwrap_or_else(|| vec![1; starts.len()]);
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        return Err("has not one start, end, axis and step for each other".to_owned());
    }
    let Handle { tensor, layout } = node.handle(0)?;
    let shape = node.tensor(tensor).ty.shape.clone();
    let mut cuts: Vec<Cut> = Vec::new();
    for (((&start, &end), &axis), &step) in starts.iter().zip(&ends).zip(&axes).zip(&steps) {
        let axis = axis_index(axis, layout.rank())?;
        let axis = layout.position(axis).ok_or("the axis does not exist")?;
        if cuts.iter().any(|cut| cut.axis == axis) {
            return Err("cuts one axis twice".to_owned());
        }
        cuts.push(Cut::between(axis, shape.dims()[axis], start, end, step)?);
    }
    let op = Slice::of(&cuts, &shape);
    node.emit(op, vec![Some(tensor)], layout)
}

/// Split: the sizes of the parts are an operand, before version 13 an attribute; without them the parts are equal, the last one smaller if
/// need be.
fn split(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let Handle { tensor, layout } = node.handle(0)?;
    let axis = axis_index(node.attribute_or("axis", 0)?, layout.rank())?;
    let axis = layout.position(axis).ok_or("the axis does not exist")?;
    let shape = node.tensor(tensor).ty.shape.clone();
    let (extent, results) = (shape.dims()[axis], node.output_count());
    let sizes = match node.integers_or_attribute(1, "split")? {
        Some(sizes) => extents(&sizes, extent)?,
        None => equal_parts(node, extent, results)?,
    };
    if sizes.len() != results {
        return Err(format!("cuts {extent} places into {sizes:?}, for {results} results"));
    }
    let mut begin = 0;
    for (result, &count) in sizes.iter().enumerate() {
        let op = Slice::of(&[Cut { axis, begin, step: 1, count }], &shape);
        let part = node.result(result, op, vec![Some(tensor)])?;
        node.bind_result(result, Item::Computed(Handle { tensor: part, layout: layout.clone() }));
        begin += count;
    }
    Ok(())
}

fn equal_parts(node: &NodeImport<'_>, extent: usize, results: usize) -> Result<Vec<usize>, Fault> {
    let parts = match node.attribute::<i64>("num_outputs")? {
        Some(parts) => usize::try_from(parts).ok().filter(|&parts| parts > 0).ok_or("`num_outputs` must be positive")?,
        None => results,
    };
    let size = extent.div_ceil(parts.max(1));
    let sizes: Vec<usize> = (0..parts).map(|part| size.min(extent.saturating_sub(part * size))).collect();
    match sizes.contains(&0) {
        true => Err(format!("cuts {} places into {parts} parts", Shape(vec![extent]))),
        false => Ok(sizes),
    }
}
