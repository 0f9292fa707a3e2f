//! Two-dimensional convolution, grouped and depthwise convolution included.

mod channels;
mod evaluate;
mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
mod lower;
#[cfg(test)]
mod test;

use crate::ops::common::quantised::{UNCLAMPED, check_bias, check_weights, narrow};
use crate::ops::common::window::{Window, one_image};
use crate::ir::attributes::attributes;
use crate::ir::{
    Along, Attributes, Border, ByRows, ChannelFlow, DType, Descriptor, Evaluation, Fault, IntegerForm, Interval, Known, Op, Operands, Operator, Reference, Tensor, TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};

attributes! {
    /// `y[oy, ox, oc] = clamp(bias[oc] + Σ x[oy·s + ky·d − p, ox·s + kx·d − p, ic] · w[oc, ky, kx, ic])`.
    ///
    /// Operands: image `[1, H, W, C_in]`, weights `[C_out, K_h, K_w, C_in / groups]`, optional bias `[C_out]`. A depthwise convolution
    /// has `groups = C_in`; its output channel `c · multiplier + m` belongs to input channel `c`.
    pub struct Conv2d {
        /// Steps between output positions (rows, columns).
        pub stride: [usize; 2],
        /// Top, bottom, left, right.
        pub padding: [usize; 4],
        /// Steps between taps (rows, columns).
        pub dilation: [usize; 2],
        /// Groups of channels that are convolved apart.
        pub groups: usize,
        /// Range of the result in real numbers (fused activation).
        pub clamp: [f32; 2],
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "conv2d",
    parse: Conv2d::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("CONV_2D", import::tflite_conv), ("DEPTHWISE_CONV_2D", import::tflite_depthwise)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

/// Extents of image, weights and result.
struct Geometry {
    image: [usize; 3],
    output: [usize; 3],
    window: Window,
    /// Channels of one group, in and out.
    group: [usize; 2],
}

impl Conv2d {
    /// Whether each input channel is convolved by itself.
    pub fn is_depthwise(&self, input_channels: usize) -> bool {
        self.groups == input_channels && self.groups > 1
    }

    fn geometry(&self, image: &TensorType, weights: &TensorType) -> Result<Geometry, Fault> {
        one_image(&image.shape)?;
        let (&[1, h, w, c], &[out_c, k_h, k_w, group_in]) = (image.shape.dims(), weights.shape.dims()) else {
            let (image, weights) = (&image.shape, &weights.shape);
            return Err(format!("expects an image [1,H,W,C] and weights [O,H,W,I], got {image} and {weights}"));
        };
        if self.groups == 0 || c != group_in.saturating_mul(self.groups) || out_c % self.groups != 0 {
            let groups = self.groups;
            return Err(format!("{c} input and {out_c} output channels do not fit weights for {group_in} in {groups} groups"));
        }
        let kernel = [k_h, k_w];
        let window = Window { kernel, stride: self.stride, dilation: self.dilation, padding: self.padding };
        let [out_h, out_w] = window.outputs([h, w])?;
        let group = [group_in, out_c / self.groups];
        Ok(Geometry { image: [h, w, c], output: [out_h, out_w, out_c], window, group })
    }
}

impl Operator for Conv2d {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(image), Some(weights), ref rest @ ..] = inputs else {
            return Err("expects an image and weights".to_owned());
        };
        let [h, w, c] = self.geometry(&image.ty, &weights.ty)?.output;
        if let Some(bias) = rest.first().copied().flatten()
            && bias.ty.shape.dims() != [c]
        {
            return Err(format!("the bias is {}, expected [{c}]", bias.ty.shape));
        }
        Ok(vec![TensorType::new(image.ty.dtype, [1, h, w, c])])
    }

    fn check(&self, inputs: &Operands<'_>, _outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        if let [Some(image), Some(weights), ..] = inputs
            && image.ty.dtype != DType::F32
        {
            check_weights(weights, 0, faults);
            check_bias(inputs.get(2).copied().flatten(), faults);
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        self.evaluate_conv(call)
    }

    fn macs(&self, inputs: &Operands<'_>, outputs: &[&Tensor]) -> u64 {
        match (inputs, outputs) {
            ([_, Some(weights), ..], [output]) => {
                let per_output: usize = weights.ty.shape.dims().iter().skip(1).product();
                output.ty.shape.elements() as u64 * per_output as u64
            }
            _ => 0,
        }
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::Free { weights: Some((1, 0)), bias: Some(2) }
    }

    fn channel_flow(&self, inputs: &Operands<'_>, _outputs: &[&Tensor]) -> ChannelFlow {
        self.flow(inputs)
    }

    fn intervals(&self, known: &Known<'_>) -> Option<Vec<Interval>> {
        self.channel_intervals(known)
    }

    fn with_channels(&self, inputs: &Operands<'_>, _channels: usize) -> Option<Op> {
        self.with_groups(inputs).map(Op::new)
    }

    /// Padding stands for 0.0. In floating point, zero times a weight that is not finite is not zero.
    fn with_border(
        &self,
        inputs: &Operands<'_>,
        _output: &TensorType,
        border: &Border,
        _reference: Reference,
    ) -> Option<Op> {
        let &[Some(image), Some(weights), ..] = inputs else { return None };
        let is_zero = match image.ty.dtype {
            DType::I8 => f64::from(image.ty.per_tensor()?.1) == border.element,
            DType::F32 => {
                border.element == 0.0 && weights.data.as_ref()?.as_f32()?.iter().all(|weight| weight.is_finite())
            }
            _ => false,
        };
        let padding = Window::widened(self.padding, border.sizes);
        is_zero.then(|| Op::new(Conv2d { padding, ..self.clone() }))
    }

    fn with_crop(&self, inputs: &Operands<'_>, lines: [usize; 4]) -> Option<Op> {
        let &[Some(image), Some(weights), ..] = inputs else { return None };
        let Geometry { image: [h, w, _], window, .. } = self.geometry(&image.ty, &weights.ty).ok()?;
        Some(Op::new(Conv2d { padding: window.cropped([h, w], lines)?, ..self.clone() }))
    }

    fn by_rows(&self, inputs: &Operands<'_>, _output: &TensorType) -> Option<ByRows> {
        let &[Some(image), Some(weights), ..] = inputs else { return None };
        let outside = match image.ty.dtype {
            DType::I8 => i8::try_from(image.ty.per_tensor()?.1).ok(),
            // Zero times a weight that is not finite is not zero.
            DType::F32 => {
                weights.data.as_ref()?.as_f32()?.iter().all(|weight| weight.is_finite()).then_some(0)
            }
            _ => return None,
        };
        let window = self.geometry(&image.ty, &weights.ty).ok()?.window;
        let padding = window.without_rows_outside();
        let op = Some(Op::new(Conv2d { padding, ..self.clone() }));
        Some(ByRows { reach: window.reach(0), stride: self.stride[0], above: self.padding[0], outside, op })
    }

    fn along(&self, inputs: &Operands<'_>, _output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let (&[Some(image), Some(weights), ..], &[Some(axis), None, ..]) = (inputs, axes) else { return None };
        let Geometry { image, output, window, .. } = self.geometry(&image.ty, &weights.ty).ok()?;
        let side = axis.checked_sub(1).filter(|&side| side < 2)?;
        window.along(axis, image[side], output[side])
    }

    fn part(&self, axis: usize, padding: [usize; 2], _places: usize) -> Option<Op> {
        let padding = Window::padded(self.padding, axis, padding)?;
        Some(Op::new(Conv2d { padding, ..self.clone() }))
    }

    fn with_clamp(&self, min: f32, max: f32) -> Option<Op> {
        Some(Op::new(Conv2d { clamp: narrow(self.clamp, min, max), ..self.clone() }))
    }

    fn unclamped(&self) -> Option<Op> {
        Some(Op::new(Conv2d { clamp: UNCLAMPED, ..self.clone() }))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_conv(lowering)
    }

    fn candidates(&self, lowering: &Lowering<'_>) -> Result<Vec<KernelChoice>, Fault> {
        self.kernels(lowering)
    }
}
