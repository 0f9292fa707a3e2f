//! Four outputs at a time: cores without DSP instructions.

use super::LayerS8;
use crate::ir::Fault;
use crate::kernel::{Cost, KernelChoice};
use crate::ops::common::scaling::four_channels;
use crate::target::Core;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let core = layer.lowering.core;
    let &super::Geometry { rows, inputs, outputs } = layer.geometry;
    // Cycles of four products and of a result.
    let (products, result) = match core {
        Core::Armv6m if inputs % 4 == 0 => (19, 70),
        Core::Armv6m => (36, 70),
        Core::Armv7m => (16, 25),
        Core::Riscv32 => (14, 16),
        _ => return Ok(None),
    };
    let requantisation = layer.requantisation()?;
    let scaling = requantisation.scaling(core);
    let mut call = layer.layer.call("fully_connected_blocks_s8", layer.geometry);
    call.overlap = layer.geometry.overlap_of_rows(1);
    call.params = requantisation.params(&scaling, &four_channels(layer.weights, outputs));
    call.shape.extend(scaling.shape.iter().cloned());
    let cycles = rows * (outputs.div_ceil(4) * inputs * products + outputs * result);
    let mut choice = KernelChoice::from(call);
    choice.cost = Some(Cost { cycles: cycles as u64, code_bytes: 500 });
    Ok(Some(choice))
}
