//! How the file formats write convolutions.

#[cfg(feature = "tflite")]
pub(super) use tflite_format::{tflite_conv, tflite_depthwise};

#[cfg(feature = "tflite")]
mod tflite_format {
    use super::super::Conv2d;
    use crate::import::tflite::NodeImport;
    use crate::import::tflite::options::{Conv2dOptions, DepthwiseConv2dOptions, Padding};
    use crate::ir::{Fault, Quant, Reference, TensorId};
    use crate::ops::common::window::same_padding;

    /// CONV_2D: weights `[C_out, K_h, K_w, C_in / groups]`, as in the IR.
    pub(in crate::ops::convolution::conv2d) fn tflite_conv(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let options = node.options(Conv2dOptions::read)?;
        let quant = node.tensor(node.input(1)?).ty.quant.as_ref();
        if node.reference() == Reference::Litert && quant.is_some_and(|quant| !quant.is_symmetric()) {
            return Err(node.refuse(
                "the weights have a zero point other than 0, which LiteRT refuses",
                "quantise the weights symmetrically",
            ));
        }
        let (image, weights) = (node.input(0)?, node.weights_without_zero_points(1)?);
        let (image_dims, weight_dims) = (dims(node, image)?, dims(node, weights)?);
        let group_in = weight_dims[3];
        if group_in == 0 || image_dims[3] % group_in != 0 {
            return Err(format!("{} input channels do not fit weights for {group_in}", image_dims[3]));
        }
        let stride = [options.stride_h, options.stride_w];
        let dilation = [options.dilation_h, options.dilation_w];
        let conv = Conv2d {
            stride,
            padding: padding(options.padding, image_dims, [weight_dims[1], weight_dims[2]], stride, dilation),
            dilation,
            groups: image_dims[3] / group_in,
            clamp: options.activation.clamp()?,
        };
        let inputs = vec![Some(image), Some(weights), node.optional(2)];
        node.emit(conv, inputs)
    }

    /// DEPTHWISE_CONV_2D: weights `[1, K_h, K_w, C_in · multiplier]`, which the IR has as `[C_in · multiplier, K_h, K_w, 1]`.
    pub(in crate::ops::convolution::conv2d) fn tflite_depthwise(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let options = node.options(DepthwiseConv2dOptions::read)?;
        let (image, weights) = (node.input(0)?, node.weights_without_zero_points(1)?);
        let (image_dims, weight_dims) = (dims(node, image)?, dims(node, weights)?);
        let value = node.tensor(weights).data.clone().ok_or("the weights must be a constant")?;
        let transposed = value.transposed(&[3, 1, 2, 0]).ok_or("the weights must have four axes")?;
        let quant = match node.tensor(weights).ty.quant.clone() {
            Some(Quant::PerAxis { axis: 3, scales, zero_points }) => {
                Some(Quant::PerAxis { axis: 0, scales, zero_points })
            }
            Some(Quant::PerAxis { axis, .. }) => return Err(format!("the weights are quantised along axis {axis}, expected 3")),
            other => other,
        };
        let weights = node.add_constant("weights", transposed, quant);
        let stride = [options.stride_h, options.stride_w];
        let dilation = [options.dilation_h, options.dilation_w];
        let conv = Conv2d {
            stride,
            padding: padding(options.padding, image_dims, [weight_dims[1], weight_dims[2]], stride, dilation),
            dilation,
            groups: image_dims[3],
            clamp: options.activation.clamp()?,
        };
        let inputs = vec![Some(image), Some(weights), node.optional(2)];
        node.emit(conv, inputs)
    }

    fn dims(node: &NodeImport<'_>, id: TensorId) -> Result<[usize; 4], Fault> {
        let shape = &node.tensor(id).ty.shape;
        shape.dims().try_into().map_err(|_| format!("expects four axes, `{}` has {shape}", node.tensor(id).name))
    }

    /// Top, bottom, left, right.
    fn padding(
        padding: Padding,
        image: [usize; 4],
        kernel: [usize; 2],
        stride: [usize; 2],
        dilation: [usize; 2],
    ) -> [usize; 4] {
        match padding {
            Padding::Valid => [0; 4],
            Padding::Same => {
                let (top, bottom) = same_padding(image[1], kernel[0], stride[0], dilation[0]);
                let (left, right) = same_padding(image[2], kernel[1], stride[1], dilation[1]);
                [top, bottom, left, right]
            }
        }
    }
}
