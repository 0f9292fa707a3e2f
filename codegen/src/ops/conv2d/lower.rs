//! The kernel of a convolution, with its packed constants.

use std::borrow::Cow;

use super::{Conv2d, Geometry};
use crate::ir::{DType, Fault};
use crate::kernel::{Const, KernelCall, KernelChoice, Lowering, Operand};
use crate::ops::common::channelwise::{params_f32, params_s8, weights_i8};
use crate::ops::common::quantised::{
    channel_multipliers, clamp_range, describe_clamp, rounding, rounding_const,
};
use tinyml_arith::Rounding;

impl Conv2d {
    pub(super) fn lower_conv(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let image = lowering.input(0)?;
        let geometry = self.geometry(&image.ty, &lowering.input(1)?.ty)?;
        match image.ty.dtype {
            DType::I8 => self.lower_s8(lowering, &geometry),
            DType::F32 => {
                let mut call = self.call("conv2d_f32", &geometry);
                call.params = params_f32(lowering, geometry.output[2], self.clamp)?;
                Ok(call.into())
            }
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
        let mut shape: Vec<(&'static str, Const)> = vec![
            ("INPUT", geometry.image.into()),
            ("OUTPUT", geometry.output.into()),
            ("KERNEL", [k_h, k_w].into()),
        ];
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
        let (image, output) = (lowering.input(0)?, lowering.output()?);
        let channels = geometry.output[2];
        let quant = lowering.input(1)?.ty.quant.as_ref().ok_or("the weights are not quantised")?;
        let multipliers = channel_multipliers(&image.ty, quant, output, channels, lowering.reference())?;
        let weights = weights_i8(lowering)?;
        let clamp = clamp_range(self.clamp, output)?;
        let (mut call, packed) = if self.is_depthwise(geometry.image[2]) {
            (self.call("depthwise_s8", geometry), Cow::Owned(channels_innermost(weights, channels)))
        } else {
            (self.call("conv2d_s8", geometry), Cow::Borrowed(weights))
        };
        let rounding = rounding(lowering.reference());
        if rounding != Rounding::Double {
            call.shape.push(("ROUNDING", rounding_const(rounding)));
        }
        call.params = params_s8(lowering, &packed, channels, &multipliers, clamp)?;
        Ok(call.into())
    }
}

/// Depthwise weights `[C_out][K_h][K_w]` as `[K_h][K_w][C_out]`.
fn channels_innermost(weights: &[i8], channels: usize) -> Vec<i8> {
    let taps = weights.len() / channels.max(1);
    (0..taps).flat_map(|tap| weights.iter().skip(tap).step_by(taps).copied()).collect()
}
