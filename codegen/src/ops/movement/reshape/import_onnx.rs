//! How ONNX writes changes of shape. They are views where the graph's order of axes allows it, else axes move before them.

use crate::import::onnx::{Handle, ImportFn, Item, Layout, NodeImport, shapes};
use crate::ir::Fault;

/// The operators that import as reshapes.
pub(super) const OPERATORS: &[(&str, &str, ImportFn)] =
    &[("", "Reshape", reshape), ("", "Flatten", flatten), ("", "Squeeze", squeeze), ("", "Unsqueeze", unsqueeze)];

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
    let to = dims(&from)?;
    let handle = match item {
        Item::Constant(constant) => {
            let reshaped = constant.reshaped(&to).ok_or("splits or merges the axis that a constant is quantised along")?;
            node.bind(Item::Constant(reshaped));
            return Ok(());
        }
        Item::Computed(handle) => handle,
    };
    let reshaped = match handle.layout.reshaped(&from, &to) {
        Some(layout) => Handle { tensor: node.view(handle.tensor, layout.graph_dims(&to))?, layout },
        None => {
            let plain = node.lay(&Item::Computed(handle), &Layout::plain(from.len()))?;
            Handle { tensor: node.view(plain, to.clone())?, layout: Layout::plain(to.len()) }
        }
    };
    node.bind(Item::Computed(reshaped));
    Ok(())
}
