//! How ONNX writes transposed convolutions: images `[N,C,H,W]` or sequences `[N,C,L]`, weights `[I,O/groups,H,W]` or `[I,O/groups,L]`.

use super::ConvTranspose2d;
use crate::import::onnx::{Constant, Item, Layout, NodeImport, Onnx, known};
use crate::ir::{Fault, Quant, TensorId, Value};
use crate::ops::common::quantised::UNCLAMPED;

/// The operators that import as transposed convolutions.
pub(super) const OPERATORS: &[Onnx] = &[Onnx::new(
    "ConvTranspose",
    3,
    known![
        auto_pad: Text,
        dilations: Ints,
        group: Int,
        kernel_shape: Ints,
        output_padding: Ints,
        output_shape: Ints,
        pads: Ints,
        strides: Ints,
    ],
    conv_transpose,
)
.of_images()];

fn conv_transpose(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    node.window_attributes()?;
    let constant = node.weights(1)?;
    let (image, layout, size) = node.image(0)?;
    let axes = layout.rank() - 2;
    let dims = constant.value.shape().dims().to_vec();
    let (channels, kernel) = match dims[..] {
        [_, channels, h, w] if axes == 2 => (channels, [h, w]),
        [_, channels, l] if axes == 1 => (channels, [1, l]),
        _ => return Err(format!("the weights have the shape {dims:?}, the operand has {} axes", layout.rank())),
    };
    let groups: i64 = node.attribute_or("group", 1)?;
    let groups = usize::try_from(groups).ok().filter(|&groups| groups > 0 && dims[0].is_multiple_of(groups));
    let groups = groups.ok_or_else(|| format!("the weights {dims:?} are not made of groups"))?;
    let window = node.transposed_window(size, kernel, axes)?;
    let weights = weights(node, constant, groups, channels, kernel)?;
    let op = ConvTranspose2d {
        size: window.size,
        stride: window.stride,
        padding: window.padding,
        dilation: window.dilation,
        groups,
        clamp: UNCLAMPED,
    };
    let bias = match node.optional(2)? {
        Some(bias) => Some(node.lay(&bias, &Layout::plain(1))?),
        None => None,
    };
    node.emit(op, vec![Some(image), Some(weights), bias], layout)
}

/// `[groups · I, O, H, W]` as `[groups · O, H, W, I]`.
fn weights(
    node: &mut NodeImport<'_>,
    constant: Constant,
    groups: usize,
    channels: usize,
    [k_h, k_w]: [usize; 2],
) -> Result<TensorId, Fault> {
    let inner = constant.value.shape().dims()[0] / groups;
    let split = constant.value.reshaped([groups, inner, channels, k_h, k_w]).ok_or("the weights are empty")?;
    let moved: Option<Value> = split.transposed(&[0, 2, 3, 4, 1]);
    let moved = moved.and_then(|value| value.reshaped([groups * channels, k_h, k_w, inner])).ok_or("the weights are empty")?;
    let quant = match constant.quant.clone() {
        Some(Quant::PerAxis { axis: 1, scales, zero_points }) => Some(Quant::PerAxis {
            axis: 0,
            scales: repeated(&scales, groups),
            zero_points: repeated(&zero_points, groups),
        }),
        Some(Quant::PerAxis { .. }) => {
            return Err("the weights are quantised along another axis than the output channels".to_owned());
        }
        other => other,
    };
    let item = Item::Constant(Constant { value: moved.into(), quant, ..constant });
    node.lay(&item, &Layout::plain(4))
}

/// The list so many times.
fn repeated<T: Clone>(list: &[T], times: usize) -> Vec<T> {
    std::iter::repeat_n(list, times).flatten().cloned().collect()
}
