//! How ONNX writes convolutions: images `[N,C,H,W]` or sequences `[N,C,L]`, weights `[O,I,H,W]` or `[O,I,L]`.

use super::Conv2d;
use crate::import::onnx::{Item, Layout, NodeImport, Attribute, Onnx, known};
use crate::ir::{DType, Fault, Quant, TensorId};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::common::window::Window;

/// The operators that import as convolutions.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Conv", 3, CONVOLUTION, conv).of_images(),
    Onnx::new("QLinearConv", 9, CONVOLUTION, quantised).since(10).of_images(),
];

const CONVOLUTION: &[Attribute] =
    known![auto_pad: Text, dilations: Ints, group: Int, kernel_shape: Ints, pads: Ints, strides: Ints];

fn conv(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.window_attributes()?;
    let weights = Item::Constant(node.weights(1)?);
    let (image, layout, size) = node.image(0)?;
    let (weights, op) = prepare(node, &weights, &layout, image, size)?;
    let bias = match node.optional(2)? {
        Some(bias) => Some(node.lay(&bias, &Layout::plain(1))?),
        None => None,
    };
    node.emit(op, vec![Some(image), Some(weights), bias], layout)
}

/// QLinearConv: each tensor is followed by its scale and zero point; then the result's, then biases.
fn quantised(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.window_attributes()?;
    let constant = node.weights(3)?;
    node.quantised(0, 1)?;
    let (image, layout, size) = node.image(0)?;
    let (quant, dtype) = node.quant(4, 0, constant.value.shape().dims())?;
    // One scale in a list of one channel's is along no axis.
    let weights = node.with_quant(Item::Constant(constant), quant, dtype.unwrap_or(DType::U8))?;
    let (weights, op) = prepare(node, &weights, &layout, image, size)?;
    let bias = node.quantised_bias(8, image, weights)?;
    let (quant, _) = node.quant(6, 0, &[])?;
    node.emit_with(op, vec![Some(image), Some(weights), bias], layout, Some(quant))
}

/// The weights in the graph's order and the operator.
fn prepare(
    node: &mut NodeImport<'_>,
    weights: &Item,
    layout: &Layout,
    image: TensorId,
    size: [usize; 2],
) -> Result<(TensorId, Conv2d), Fault> {
    let dims = node.file_dims(weights);
    if dims.len() != layout.rank() {
        return Err(format!("the weights have the shape {dims:?}, the operand has {} axes", layout.rank()));
    }
    let kernel = match dims[..] {
        [_, _, h, w] => [h, w],
        [_, _, l] => [1, l],
        _ => return Err(format!("the weights have the shape {dims:?}")),
    };
    // Channels innermost, as in the image; output channels stay outermost.
    let weights = node.lay(weights, layout)?;
    let Window { stride, dilation, padding, .. } = node.window(size, Some(kernel), layout.rank() - 2)?.window;
    let groups: i64 = node.attribute_or("group", 1)?;
    let groups = usize::try_from(groups).map_err(|_| format!("`group={groups}` makes no sense"))?;
    if let Some(Quant::PerAxis { axis, .. }) = &node.tensor(weights).ty.quant
        && *axis != 0
    {
        return Err("the weights are quantised along another axis than the output channels".to_owned());
    }
    let channels = node.tensor(image).ty.shape.channels();
    if channels != dims[1].saturating_mul(groups) {
        return Err(format!("{channels} input channels do not fit weights for {} in {groups} groups", dims[1]));
    }
    Ok((weights, Conv2d { stride, padding, dilation, groups, clamp: UNCLAMPED }))
}
