//! How TFLite writes transposed convolutions.

use super::ConvTranspose2d;
use crate::import::tflite::NodeImport;
use crate::import::tflite::options::{Padding, TransposeConvOptions};
use crate::ir::Fault;
use crate::ops::common::window::same_padding;

/// TRANSPOSE_CONV: the result's shape, weights `[C_out, K_h, K_w, C_in]`, the image, biases.
pub(super) fn transpose_conv(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let options = node.options(TransposeConvOptions::read)?;
    let (weights, image) = (node.weights_without_zero_points(1)?, node.input(2)?);
    let shape = node.integers(0)?;
    let size: Option<Vec<usize>> = shape.iter().map(|&extent| usize::try_from(extent).ok()).collect();
    let kernel = node.tensor(weights).ty.shape.clone();
    let (Some(&[1, height, width, _]), &[_, k_h, k_w, _]) = (size.as_deref(), kernel.dims()) else {
        return Err(format!("makes an image of the shape {shape:?} by weights {kernel}; [1,H,W,C] and [O,H,W,I] are expected"));
    };
    let stride = [options.stride_h, options.stride_w];
    let front = |size, kernel, stride| match options.padding {
        Padding::Valid => 0,
        // That of the convolution from the result to the operand.
        Padding::Same => same_padding(size, kernel, stride, 1).0,
    };
    let op = ConvTranspose2d {
        size: [height, width],
        stride,
        padding: [front(height, k_h, stride[0]), front(width, k_w, stride[1])],
        dilation: [1, 1],
        groups: 1,
        clamp: options.activation.clamp()?,
    };
    let bias = node.optional(3);
    node.emit(op, vec![Some(image), Some(weights), bias])
}
