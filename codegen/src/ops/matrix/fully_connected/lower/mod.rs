//! The kernel of a fully connected layer, with its packed constants.

mod blocks;
mod dsp;
mod helium;
mod scalar;

use super::evaluate::rounding;
use super::{FullyConnected, Geometry};
use crate::cost::Work;
use crate::ir::{DType, Fault};
use crate::kernel::{Const, KernelCall, KernelChoice, Lowering, Operand, Overlap, no_kernel_for};
use crate::ops::common::channelwise::{folded_bias, params_f32, weights_i8};
use crate::ops::common::quantised::{channel_multipliers, clamp_range, describe_clamp, per_tensor};
use crate::ops::common::scaling::Requantisation;
use tinyml_arith::overlap::{Blocks, Gaps};
use tinyml_arith::{Clamp, Multiplier, Rounding};

impl FullyConnected {
    pub(super) fn lower_rows(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let x = lowering.input(0)?;
        let geometry = self.geometry(&x.ty, &lowering.input(1)?.ty)?;
        match x.ty.dtype {
            DType::I8 => self.lower_s8(lowering, &geometry),
            DType::F32 => {
                let mut call = self.call("fully_connected_f32", &geometry);
                call.overlap = geometry.overlap_of_rows(4);
                call.params = params_f32(lowering, geometry.outputs, self.clamp)?;
                let results = geometry.rows * geometry.outputs;
                let work = Work::new("fully_connected_f32", 250)
                    .with("result", results)
                    .with("product", results * geometry.inputs);
                Ok(KernelChoice::new(lowering.core, [(call, work)]))
            }
            other => Err(no_kernel_for(other)),
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
        let layer = LayerS8 {
            layer: self,
            lowering,
            geometry,
            per_channel,
            weights: weights_i8(lowering)?,
            multipliers,
            rounding: rounding(lowering.reference()),
            clamp: clamp_range(self.clamp, output)?,
        };
        let mut candidates = Vec::new();
        for kernel in KERNELS_S8 {
            candidates.extend(kernel(&layer)?);
        }
        match KernelChoice::best(candidates, lowering.optimise) {
            Some(best) => Ok(best),
            None => scalar::choice(&layer),
        }
    }
}

impl Geometry {
    /// How far the result may lie over the operand, for a kernel that takes one row after the other and reads it for each of its
    /// results.
    fn overlap_of_rows(&self, element_bytes: usize) -> Vec<(usize, Overlap)> {
        let gaps = Gaps::rows(self.rows, self.inputs * element_bytes, self.outputs * element_bytes, Blocks::POSITION);
        vec![(0, Overlap::Sliding(gaps))]
    }
}

/// An int8 layer, as the kernels that may carry it out look at it.
struct LayerS8<'a> {
    layer: &'a FullyConnected,
    lowering: &'a Lowering<'a>,
    geometry: &'a Geometry,
    /// Whether each output has its own multiplier.
    per_channel: bool,
    /// `[OUTPUTS][INPUTS]`.
    weights: &'a [i8],
    /// One per output, or one.
    multipliers: Vec<Multiplier>,
    rounding: Rounding,
    clamp: Clamp,
}

impl LayerS8<'_> {
    /// What kernels with a table of channels make their constants from.
    fn requantisation(&self) -> Result<Requantisation<'_>, Fault> {
        let (_, input_zero) = per_tensor(&self.lowering.input(0)?.ty, "operand")?;
        let (_, output_zero) = per_tensor(self.lowering.output()?, "result")?;
        Ok(Requantisation {
            weights: self.weights,
            bias: folded_bias(self.lowering, self.geometry.outputs, input_zero)?,
            multipliers: &self.multipliers,
            rounding: self.rounding,
            input_zero,
            output_zero,
            clamp: self.clamp,
        })
    }
}

/// A kernel: the choice of it for a layer on the core that is lowered for, with its cost; none if it cannot carry the layer out
/// there.
type KernelS8 = fn(&LayerS8<'_>) -> Result<Option<KernelChoice>, Fault>;

/// The kernels of which the cheapest is taken. Where none of them can do it, the scalar one can: any layer, on any core.
const KERNELS_S8: &[KernelS8] = &[blocks::choice, dsp::choice, helium::choice];
