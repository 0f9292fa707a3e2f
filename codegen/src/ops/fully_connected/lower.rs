//! The kernel of a fully connected layer, with its packed constants.

use super::evaluate::rounding;
use super::{FullyConnected, Geometry};
use crate::ir::{DType, Fault};
use crate::kernel::{Const, KernelCall, KernelChoice, Lowering, Operand};
use crate::ops::common::channelwise::{params_f32, params_s8, weights_i8};
use crate::ops::common::quantised::{channel_multipliers, clamp_range, describe_clamp, rounding_const};
use tinyml_arith::Rounding;

impl FullyConnected {
    pub(super) fn lower_rows(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let x = lowering.input(0)?;
        let geometry = self.geometry(&x.ty, &lowering.input(1)?.ty)?;
        match x.ty.dtype {
            DType::I8 => self.lower_s8(lowering, &geometry),
            DType::F32 => {
                let mut call = self.call("fully_connected_f32", &geometry);
                call.params = params_f32(lowering, geometry.outputs, self.clamp)?;
                Ok(call.into())
            }
            other => Err(format!("has no kernel for {other}")),
        }
    }

    /// A call of the kernel without its constants.
    fn call(&self, kernel: &'static str, geometry: &Geometry) -> KernelCall {
        let &Geometry { rows, inputs, outputs } = geometry;
        let mut shape: Vec<(&'static str, Const)> = Vec::new();
        let mut note = format!("{inputs} to {outputs}");
        let mut shape_name = format!("FullyConnected{inputs}To{outputs}");
        if rows != 1 {
            shape.push(("ROWS", rows.into()));
            note = format!("{rows} rows, {note}");
            shape_name.push_str(&format!("Rows{rows}"));
        }
        shape.extend([("INPUTS", inputs.into()), ("OUTPUTS", outputs.into())]);
        note.push_str(&describe_clamp(self.clamp));
        KernelCall {
            kernel,
            label: "FullyConnected",
            shape_name,
            note,
            shape,
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: Vec::new(),
        }
    }

    fn lower_s8(&self, lowering: &Lowering<'_>, geometry: &Geometry) -> Result<KernelChoice, Fault> {
        let (x, output) = (lowering.input(0)?, lowering.output()?);
        let quant = lowering.input(1)?.ty.quant.as_ref().ok_or("the weights are not quantised")?;
        let per_channel = quant.axis().is_some();
        // One scale for all weights: one multiplier for all outputs.
        let count = if per_channel { geometry.outputs } else { 1 };
        let multipliers = channel_multipliers(&x.ty, quant, output, count, lowering.reference())?;
        let mut call = self.call("fully_connected_s8", geometry);
        if per_channel {
            call.shape.push(("PER_CHANNEL", true.into()));
        }
        let rounding = rounding(lowering.reference());
        if rounding != Rounding::Double {
            call.shape.push(("ROUNDING", rounding_const(rounding)));
        }
        let clamp = clamp_range(self.clamp, output)?;
        call.params = params_s8(lowering, weights_i8(lowering)?, geometry.outputs, &multipliers, clamp)?;
        Ok(call.into())
    }
}
