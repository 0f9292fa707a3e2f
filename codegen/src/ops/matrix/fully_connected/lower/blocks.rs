//! Four outputs at a time: cores without DSP instructions.

use super::LayerS8;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::KernelChoice;
use crate::ops::common::scaling::four_channels;
use crate::target::Core;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let core = layer.lowering.core;
    let &super::Geometry { rows, inputs, outputs } = layer.geometry;
    if !matches!(core, Core::Armv6m | Core::Armv7m | Core::Riscv32) {
        return Ok(None);
    }
    let requantisation = layer.requantisation()?;
    let scaling = requantisation.scaling(core, true);
    let mut call = layer.layer.call("fully_connected_blocks_s8", layer.geometry);
    call.overlap = layer.geometry.overlap_of_rows(1);
    call.params = requantisation.params(&scaling, &four_channels(layer.weights, outputs));
    call.shape.extend(scaling.shape.iter().cloned());
    let blocks = rows * outputs.div_ceil(4);
    // Without unaligned loads, words are read where rows begin at them.
    let step = match core {
        Core::Armv6m if inputs % 4 != 0 => "unaligned_step",
        _ if outputs < 4 => "narrow_step",
        _ => "step",
    };
    let work = Work::new("fully_connected_blocks_s8", 500)
        .with("block", blocks)
        .with(step, blocks * inputs)
        .with("result", rows * outputs);
    let work = scaling.work(core, work, rows * outputs);
    Ok(Some(KernelChoice::new(core, [(call, work)]).with_cut(blocks, "blocks of outputs")))
}
