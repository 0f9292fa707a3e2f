//! On cores without DSP instructions: `depthwise_point_s8`.

use super::super::LayerS8;
use super::super::scalar::channels_innermost;
use super::Taps;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::{KernelChoice, Operand, Overlap};
use crate::ops::common::scaling::Requantisation;
use crate::target::Core;

/// Channels whose sums are kept.
const GROUP: usize = 16;

pub(in super::super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let core = layer.lowering.core;
    let channels = layer.geometry.output[2];
    if !matches!(core, Core::Armv6m | Core::Armv7m | Core::Riscv32 | Core::Portable) {
        return Ok(None);
    }
    // One index for operands and weights.
    let Some(taps) = Taps::of(layer).filter(|taps| taps.step == channels) else { return Ok(None) };
    let all = layer.requantisation()?;
    let weights = taps.weights(layer);
    let bias = taps.bias(layer, &all.bias, all.input_zero);
    let requantisation = Requantisation { weights: &weights, bias, ..all };
    let scaling = requantisation.scaling(core, false);

    let mut call = layer.conv.call("depthwise_point_s8", layer.geometry);
    call.note.push_str(", one position");
    call.shape = taps.shape();
    call.shape.extend(scaling.shape.iter().cloned());
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    if taps.in_place() {
        call.overlap.push((0, Overlap::InPlace));
    }
    call.params = requantisation.params(&scaling, &channels_innermost(&weights, channels));
    let work = Work::new("depthwise_point_s8", 300)
        .with("group", channels.div_ceil(GROUP))
        .with("channel", channels)
        .with("product", channels * taps.count());
    let work = scaling.work(core, work, channels);
    Ok(Some(KernelChoice::new(core, [(call, work)]).with_scratch(4 * channels.min(GROUP), 4)))
}
