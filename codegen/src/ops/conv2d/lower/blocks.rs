//! Four positions times four channels: cores without DSP instructions and with many registers.

use super::LayerS8;
use crate::ir::Fault;
use crate::kernel::{Cost, KernelChoice, Operand, Scratch};
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
    let scaling = requantisation.scaling(core);
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
    let mut choice = KernelChoice::from(call);
    let bytes = if is_direct { 0 } else { taps * POSITIONS };
    choice.scratch = Some(Scratch { bytes, align: 1 });
    // Cycles of a product (registers do for the block, or they don't), of a result and of a byte that is copied.
    let (product, result, copied) = match core {
        Core::Riscv32 => (3, 14, 1),
        _ => (8, 60, 2),
    };
    let products = taps * channels.next_multiple_of(4) * product;
    let of_position = products + channels * result + if is_direct { 0 } else { taps * copied + 40 };
    let positions = (height * width).next_multiple_of(POSITIONS);
    choice.cost = Some(Cost { cycles: (positions * of_position) as u64, code_bytes: 1200 });
    Ok(Some(choice))
}
