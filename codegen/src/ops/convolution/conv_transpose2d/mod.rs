//! Two-dimensional transposed convolution: what a convolution with strides does to errors on their way back, and how images get larger.

mod evaluate;
#[cfg(feature = "tflite")]
mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
mod lower;
mod phases;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Descriptor, Evaluation, Fault, IntegerForm, Op, Operands, Operator, Tensor, TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};
use crate::limits;
use crate::ops::common::quantised::{UNCLAMPED, check_bias, check_weights, narrow};
use crate::ops::common::window::one_image;
use phases::Axis;

attributes! {
    /// `y[oy, ox, oc] = clamp(bias[oc] + Σ x[iy, ix, ic] · w[oc, ky, kx, ic])` over all taps with `iy·s + ky·d − p = oy`, and so along columns.
    ///
    /// Operands: image `[1, H, W, C_in]`, weights `[C_out, K_h, K_w, C_in / groups]`, optional bias `[C_out]`.
    pub struct ConvTranspose2d {
        /// Height and width of the result.
        pub size: [usize; 2],
        /// Steps between the places of neighbouring pixels in the result (rows, columns).
        pub stride: [usize; 2],
        /// Rows above and columns to the left of the result that are left out.
        pub padding: [usize; 2],
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
    name: "conv_transpose2d",
    parse: ConvTranspose2d::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("TRANSPOSE_CONV", import::transpose_conv)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

/// Extents of operands and result.
struct Geometry {
    /// Height, width and channels of the operand.
    image: [usize; 3],
    /// Height, width and channels of the result.
    output: [usize; 3],
    /// Height and width of the kernel.
    kernel: [usize; 2],
    /// Channels of the operand and of the result in a group.
    group: [usize; 2],
}

impl ConvTranspose2d {
    fn geometry(&self, image: &TensorType, weights: &TensorType) -> Result<Geometry, Fault> {
        one_image(&image.shape)?;
        let (&[1, h, w, c_in], &[c_out, k_h, k_w, group_in]) = (image.shape.dims(), weights.shape.dims()) else {
            return Err(format!("expects an image [1,H,W,C] and weights [O,H,W,I], got {} and {}", image.shape, weights.shape));
        };
        let groups = self.groups;
        if groups == 0 || c_out % groups != 0 || group_in.checked_mul(groups) != Some(c_in) {
            return Err(format!(
                "{c_in} input channels do not fit weights for {group_in} in {groups} groups, or the groups do not divide {c_out} output channels"
            ));
        }
        let extents = [h, w, c_in, c_out, k_h, k_w, self.size[0], self.size[1]];
        if extents.contains(&0) || self.stride.contains(&0) || self.dilation.contains(&0) {
            return Err(format!(
                "extents, strides and dilations are at least 1, but the image is {}, the weights {}, the result {:?}, strides {:?}, dilations {:?}",
                image.shape, weights.shape, self.size, self.stride, self.dilation
            ));
        }
        limits::elements(&[self.size[0], self.size[1], c_out])?;
        let steps = self.stride.iter().chain(&self.padding).chain(&self.dilation);
        if steps.clone().any(|&step| step > MOST_STEPS) {
            return Err(format!("strides, paddings and dilations are at most {MOST_STEPS}, but one is {:?}", steps.max()));
        }
        Ok(Geometry {
            image: [h, w, c_in],
            output: [self.size[0], self.size[1], c_out],
            kernel: [k_h, k_w],
            group: [group_in, c_out / groups],
        })
    }

    /// Rows or columns: how the result's lines come from the operand's.
    fn axis(&self, geometry: &Geometry, axis: usize) -> Axis {
        Axis {
            input: geometry.image[axis],
            output: geometry.output[axis],
            kernel: geometry.kernel[axis],
            stride: self.stride[axis],
            dilation: self.dilation[axis],
            padding: self.padding[axis],
        }
    }
}

/// Strides, paddings and dilations are at most this: more is a damaged file.
const MOST_STEPS: usize = 1 << 20;

impl Operator for ConvTranspose2d {
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
        if (image.ty.dtype == DType::F32) != (weights.ty.dtype == DType::F32) {
            return Err(format!("convolves f32 or integers, not {} with {}", image.ty, weights.ty));
        }
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
        self.evaluate_transposed(call)
    }

    fn macs(&self, inputs: &Operands<'_>, _outputs: &[&Tensor]) -> u64 {
        let &[Some(image), Some(weights), ..] = inputs else { return 0 };
        let Ok(geometry) = self.geometry(&image.ty, &weights.ty) else { return 0 };
        let [rows, columns] = [0, 1].map(|axis| self.axis(&geometry, axis).taps() as u64);
        let per_tap = geometry.output[2] * geometry.group[0];
        rows.saturating_mul(columns).saturating_mul(per_tap as u64)
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::Free { weights: Some((1, 0)), bias: Some(2) }
    }

    /// What is cut off in front is left out as padding is.
    fn with_crop(&self, _inputs: &Operands<'_>, [top, bottom, left, right]: [usize; 4]) -> Option<Op> {
        let size = [self.size[0].checked_sub(top + bottom)?, self.size[1].checked_sub(left + right)?];
        let padding = [self.padding[0].checked_add(top)?, self.padding[1].checked_add(left)?];
        Some(Op::new(ConvTranspose2d { size, padding, ..self.clone() }))
    }

    fn with_clamp(&self, min: f32, max: f32) -> Option<Op> {
        Some(Op::new(ConvTranspose2d { clamp: narrow(self.clamp, min, max), ..self.clone() }))
    }

    fn unclamped(&self) -> Option<Op> {
        Some(Op::new(ConvTranspose2d { clamp: UNCLAMPED, ..self.clone() }))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_transposed(lowering)
    }
}
