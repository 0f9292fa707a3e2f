//! How ONNX writes pooling by the average.

use super::AveragePool2d;
use crate::import::onnx::{ImportFn, NodeImport, OnnxWindow};
use crate::ir::{Fault, Quant};
use crate::ops::common::quantised::UNCLAMPED;

/// The operators that import as this one.
pub(super) const OPERATORS: &[(&str, &str, ImportFn)] =
    &[("", "AveragePool", |node| pool(node, None)), ("com.microsoft", "QLinearAveragePool", quantised)];

fn quantised(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.quantised(0, 1)?;
    let (quant, _) = node.quant(3, 0, &[])?;
    pool(node, Some(quant))
}

fn pool(node: &mut NodeImport<'_>, quant: Option<Quant>) -> Result<(), Fault> {
    node.only("channels_last", 0)?;
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
