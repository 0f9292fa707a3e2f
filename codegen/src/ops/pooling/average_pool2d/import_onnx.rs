//! How ONNX writes pooling by the average.

use super::AveragePool2d;
use crate::import::onnx::{NodeImport, OnnxWindow, Onnx, known};
use crate::ir::{Fault, Quant};
use crate::ops::common::quantised::UNCLAMPED;

/// The operators that import as this one.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new(
        "AveragePool",
        1,
        known![
            auto_pad: Text, ceil_mode: Int since 10, count_include_pad: Int, dilations: Ints since 19, kernel_shape: Ints,
            pads: Ints, strides: Ints,
        ],
        |node| pool(node, None),
    )
    .of_images(),
    Onnx::microsoft(
        "QLinearAveragePool",
        5,
        known![
            auto_pad: Text, ceil_mode: Int, channels_last: Int, count_include_pad: Int, kernel_shape: Ints, pads: Ints,
            strides: Ints,
        ],
        quantised,
    )
    .of_images(),
];

fn quantised(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.quantised(0, 1)?;
    let (quant, _) = node.quant(3, 0, &[])?;
    pool(node, Some(quant))
}

fn pool(node: &mut NodeImport<'_>, quant: Option<Quant>) -> Result<(), Fault> {
    node.only("channels_last", 0)?;
    node.window_attributes()?;
    let (image, layout, size) = node.image(0)?;
    let OnnxWindow { window, beyond } = node.window(size, None, layout.rank() - 2)?;
    let count_padding = node.attribute_or("count_include_pad", 0i64)? != 0;
    if window.dilation != [1, 1] {
        return Err(format!("dilations {:?} are not supported", window.dilation));
    }
    if beyond && count_padding {
        return Err("`ceil_mode` together with `count_include_pad` is not supported where windows reach beyond the padding".to_owned());
    }
    let op = AveragePool2d { kernel: window.kernel, stride: window.stride, padding: window.padding, count_padding, clamp: UNCLAMPED };
    node.emit_with(op, vec![Some(image)], layout, quant)
}
