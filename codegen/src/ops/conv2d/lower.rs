//! The kernel of a convolution, with its packed constants.

use super::{Conv2d, Geometry};
use crate::ir::{DType, Fault};
use crate::kernel::{Blob, Const, KernelCall, KernelChoice, Lowering, Operand};
use crate::ops::common::quantised::{
    channel_multipliers, clamp_const, clamp_range, describe_clamp, per_tensor, rounding, rounding_const,
};
use tinyml_arith::Rounding;

impl Conv2d {
    pub(super) fn lower_conv(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let image = lowering.input(0)?;
        let geometry = self.geometry(&image.ty, &lowering.input(1)?.ty)?;
        match image.ty.dtype {
            DType::I8 => self.lower_s8(lowering, &geometry),
            DType::F32 => self.lower_f32(lowering, &geometry),
            other => Err(format!("has no kernel for {other}")),
        }
    }

    /// A call of the kernel without its operands and constants.
    fn call(&self, kernel: &'static str, geometry: &Geometry) -> KernelCall {
        let [k_h, k_w] = geometry.window.kernel;
        let [in_h, in_w, in_c] = geometry.image;
        let label = match (self.is_depthwise(in_c), [k_h, k_w]) {
            (true, _) => "Depthwise",
            (false, [1, 1]) => "Pointwise",
            (false, _) => "Conv",
        };
        let mut shape: Vec<(&'static str, Const)> =
            vec![("INPUT", geometry.image.into()), ("OUTPUT", geometry.output.into()), ("KERNEL", [k_h, k_w].into())];
        let mut note = format!("{k_h}×{k_w}");
        // Only what differs from the trait's defaults, so that the generated file says what is special.
        if self.stride != [1, 1] {
            note.push_str(&format!(", stride {}×{}", self.stride[0], self.stride[1]));
            shape.push(("STRIDE", self.stride.into()));
        }
        if self.dilation != [1, 1] {
            note.push_str(&format!(", dilation {}×{}", self.dilation[0], self.dilation[1]));
            shape.push(("DILATION", self.dilation.into()));
        }
        if geometry.window.origin() != [0, 0] {
            shape.push(("PADDING", geometry.window.origin().into()));
        }
        if self.groups != 1 {
            shape.push(("GROUPS", self.groups.into()));
        }
        note.push_str(&describe_clamp(self.clamp));
        KernelCall {
            kernel,
            label,
            shape_name: format!("{label}{k_h}x{k_w}On{in_h}x{in_w}x{in_c}To{}", geometry.output[2]),
            note,
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: Vec::new(),
        }
    }

    fn lower_s8(&self, lowering: &Lowering<'_>, geometry: &Geometry) -> Result<KernelChoice, Fault> {
        let (image, weights, output) = (lowering.input(0)?, lowering.input(1)?, lowering.output()?);
        let channels = geometry.output[2];
        let (_, input_zero) = per_tensor(&image.ty, "operand")?;
        let (_, output_zero) = per_tensor(output, "result")?;
        let data = weights.data.as_deref().and_then(|value| value.as_i8()).ok_or("the weights are not constant i8")?;
        let quant = weights.ty.quant.as_ref().ok_or("the weights are not quantised")?;
        let multipliers = channel_multipliers(&image.ty, quant, output, channels, lowering.reference())?;
        let bias = folded_bias(lowering, data, channels, input_zero)?;
        let mut call = self.call("conv2d_s8", geometry);
        let rounding = rounding(lowering.reference());
        if rounding != Rounding::Double {
            call.shape.push(("ROUNDING", rounding_const(rounding)));
        }
        let shifts = multipliers.iter().map(|m| m.shift as i8).collect::<Vec<_>>();
        let fractions = multipliers.iter().map(|m| m.multiplier).collect::<Vec<_>>();
        call.params = vec![
                ("weights", Blob::weights_i8(data).into()),
                ("bias", Blob::weights_i32(&bias).into()),
                ("multipliers", Blob::parameters_i32(&fractions).into()),
                ("shifts", Blob::parameters_i8(&shifts).into()),
                ("input_zero_point", input_zero.into()),
                ("output_zero_point", output_zero.into()),
                ("clamp", clamp_const(clamp_range(self.clamp, output)?).into()),
            ];
        Ok(call.into())
    }

    fn lower_f32(&self, lowering: &Lowering<'_>, geometry: &Geometry) -> Result<KernelChoice, Fault> {
        let constant = |index: usize| lowering.optional(index).and_then(|tensor| tensor.data.as_deref());
        let weights = constant(1).and_then(|value| value.as_f32()).ok_or("the weights are not constant f32")?;
        let bias = match (lowering.optional(2), constant(2).and_then(|value| value.as_f32())) {
            (_, Some(bias)) => bias.to_vec(),
            (None, None) => vec![0.0; geometry.output[2]],
            (Some(_), None) => return Err("the bias is not constant f32".to_owned()),
        };
        let mut call = self.call("conv2d_f32", geometry);
        call.params = vec![
                ("weights", Blob::weights_f32(weights).into()),
                ("bias", Blob::weights_f32(&bias).into()),
                ("min", self.clamp[0].into()),
                ("max", self.clamp[1].into()),
            ];
        Ok(call.into())
    }
}

/// The biases with the operand's zero point folded in: `bias - zero_point * Σ w`, wrapping as the accumulators do.
fn folded_bias(lowering: &Lowering<'_>, weights: &[i8], channels: usize, zero_point: i32) -> Result<Vec<i32>, Fault> {
    let bias = match lowering.optional(2) {
        None => vec![0; channels],
        Some(bias) => {
            let data = bias.data.as_deref().and_then(|value| value.as_i32());
            data.ok_or("the bias is not constant i32")?.to_vec()
        }
    };
    let per_channel = weights.len() / channels.max(1);
    let fold = |(bias, weights): (&i32, &[i8])| {
        let sum = weights.iter().fold(0i32, |sum, &w| sum.wrapping_add(w.into()));
        bias.wrapping_sub(zero_point.wrapping_mul(sum))
    };
    Ok(bias.iter().zip(weights.chunks(per_channel.max(1))).map(fold).collect())
}
