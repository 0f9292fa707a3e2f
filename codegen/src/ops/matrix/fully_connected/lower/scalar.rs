//! The scalar kernel: any layer, any core. It is taken where no other can do it.

use super::LayerS8;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::KernelChoice;
use crate::ops::common::channelwise::params_s8;
use crate::ops::common::quantised::rounding_const;
use tinyml_arith::Rounding;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<KernelChoice, Fault> {
    let mut call = layer.layer.call("fully_connected_s8", layer.geometry);
    call.overlap = layer.geometry.overlap_of_rows(1);
    if layer.per_channel {
        call.shape.push(("PER_CHANNEL", true.into()));
    }
    if layer.rounding != Rounding::Double {
        call.shape.push(("ROUNDING", rounding_const(layer.rounding)));
    }
    let outputs = layer.geometry.outputs;
    call.params = params_s8(layer.lowering, layer.weights, outputs, &layer.multipliers, layer.clamp)?;
    let results = layer.geometry.rows * outputs;
    // As a pointwise convolution of rows.
    let work = Work::new("conv2d_s8", 400)
        .with("result", results)
        .with("tap", results)
        .with("product", results * layer.geometry.inputs);
    Ok(KernelChoice::new(layer.lowering.core, [(call, work)]))
}
