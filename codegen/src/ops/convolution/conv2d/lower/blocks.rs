//! Four positions times four channels: cores without DSP instructions and with many registers.

use super::LayerS8;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::{KernelChoice, Operand};
use crate::ops::common::scaling::four_channels;
use crate::target::Core;
use tinyml_arith::overlap::{Blocks, Results};

/// Output positions that are computed together.
const POSITIONS: usize = 4;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let core = layer.lowering.core;
    let geometry = layer.geometry;
    let [height, width, channels] = geometry.output;
    let taps = layer.weights.len() / channels.max(1);
    if !matches!(core, Core::Riscv32 | Core::Armv6m) || layer.conv.groups != 1 || taps == 0 {
        return Ok(None);
    }
    let requantisation = layer.requantisation()?;
    let scaling = requantisation.scaling(core, false);
    let mut call = layer.conv.call("conv2d_blocks_s8", geometry);
    call.params = requantisation.params(&scaling, &four_channels(layer.weights, channels));
    call.shape.extend(scaling.shape.iter().cloned());
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    // A pointwise convolution reads the image itself.
    let is_direct = geometry.window.kernel == [1, 1]
        && layer.conv.stride == [1, 1]
        && geometry.image[..2] == geometry.output[..2];
    // There, windows are read again for each four channels.
    let results = if is_direct { Results::Early } else { Results::Held };
    let blocks = Blocks { positions: POSITIONS, across_rows: true, results };
    call.overlap = geometry.overlap(1, blocks);
    let positions = (height * width).next_multiple_of(POSITIONS);
    let blocks = positions / POSITIONS * channels.div_ceil(4);
    let results = height * width * channels;
    let mut work = Work::new("conv2d_blocks_s8", 1200)
        .with("position", positions)
        .with("block", blocks)
        .with("step", blocks * taps)
        .with("result", results);
    if !is_direct {
        let runs = geometry.window.kernel[0];
        work = work.with("window", positions).with("run", positions * runs).with("copied", positions * taps);
    }
    let work = scaling.work(core, work, results);
    let bytes = if is_direct { 0 } else { taps * POSITIONS };
    let choice = KernelChoice::new(core, [(call, work)]).with_scratch(bytes, 1);
    Ok(Some(choice.with_cut(positions / POSITIONS, "blocks of positions")))
}
