//! How ONNX writes pooling by the maximum.

use super::MaxPool2d;
use crate::import::onnx::{ImportFn, NodeImport};
use crate::ir::Fault;
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::common::window::Window;

/// The operators that import as this one.
pub(super) const OPERATORS: &[(&str, &str, ImportFn)] = &[("", "MaxPool", pool), ("", "GlobalMaxPool", global)];

fn pool(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let (image, layout, size) = node.image(0)?;
    let Window { kernel, stride, dilation, padding } = node.window(size, None, layout.rank() - 2)?.window;
    let op = MaxPool2d { kernel, stride, padding, dilation, clamp: UNCLAMPED };
    node.emit(op, vec![Some(image)], layout)
}

fn global(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let (image, layout, size) = node.image(0)?;
    let op = MaxPool2d { kernel: size, stride: [1, 1], padding: [0; 4], dilation: [1, 1], clamp: UNCLAMPED };
    node.emit(op, vec![Some(image)], layout)
}
