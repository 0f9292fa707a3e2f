//! How ONNX writes pooling by the maximum.

use super::MaxPool2d;
use crate::import::onnx::{NodeImport, Onnx, known};
use crate::ir::Fault;
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::common::window::Window;

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new(
        "MaxPool",
        1,
        // The order in which places are numbered matters only for the second result, which is not supported.
        known![
            auto_pad: Text, ceil_mode: Int since 10, dilations: Ints since 10, kernel_shape: Ints, pads: Ints,
            storage_order: Int since 8, strides: Ints,
        ],
        pool,
    )
    .of_images(),
    Onnx::new("GlobalMaxPool", 1, known![], global).of_images(),
];

fn pool(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.window_attributes()?;
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
