//! How ONNX writes changes of shape. They are views where the graph's order of axes allows it, else axes move before them.

use crate::import::onnx::{NodeImport, Onnx, known, shapes};
use crate::ir::Fault;

/// The operators that import as reshapes.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Reshape", 2, known![allowzero: Int since 14], reshape),
    Onnx::new("Flatten", 1, known![axis: Int], flatten),
    Onnx::new("Squeeze", 2, known![axes: Ints until 12], squeeze).before(13, 1),
    Onnx::new("Unsqueeze", 2, known![axes: Ints until 12], unsqueeze).before(13, 1),
];

fn reshape(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let allow_zero = node.attribute_or("allowzero", 0i64)? != 0;
    let to = node.integers_or_attribute(1, "shape")?.ok_or("the shape is missing")?;
    give(node, |from| shapes::reshaped_dims(from, &to, allow_zero))
}

fn flatten(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let axis = node.attribute_or("axis", 1i64)?;
    give(node, |from| shapes::flattened_dims(from, axis))
}

fn squeeze(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let axes = node.integers_or_attribute(1, "axes")?;
    give(node, |from| shapes::squeezed_dims(from, axes.as_deref()))
}

fn unsqueeze(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let axes = node.integers_or_attribute(1, "axes")?.ok_or("the axes are missing")?;
    give(node, |from| shapes::unsqueezed_dims(from, &axes))
}

/// Gives the operand the shape that `dims` makes of its own.
fn give(node: &mut NodeImport<'_>, dims: impl FnOnce(&[usize]) -> Result<Vec<usize>, Fault>) -> Result<(), Fault> {
    let item = node.input(0)?;
    let from = node.file_dims(&item);
    node.reshape(&dims(&from)?)
}
