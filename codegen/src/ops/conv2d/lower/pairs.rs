//! Two products by one multiplication: cores without DSP instructions and with few registers.

use super::LayerS8;
use crate::ir::Fault;
use crate::kernel::{Cost, KernelChoice, Operand, Scratch};
use crate::ops::common::scaling::Scaling;
use crate::target::Core;
use tinyml_arith::overlap::{Blocks, Results};

/// Output positions that are computed together.
const COLUMNS: usize = 4;
/// Weights of a channel are filled up to a multiple of this.
const STEP: usize = 4;
/// Channels whose sums are kept.
const GROUP: usize = 16;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let core = layer.lowering.core;
    let taps = layer.weights.len() / layer.geometry.output[2].max(1);
    if !matches!(core, Core::Armv6m | Core::Armv7m) || layer.conv.groups != 1 || taps == 0 {
        return Ok(None);
    }
    let packed: Vec<i8> = layer.weights.chunks(taps).flat_map(filled_up).collect();
    if packed.chunks(2).any(|pair| pair == [-128, -128]) {
        return Ok(None);
    }
    let requantisation = layer.requantisation()?;
    let scaling = requantisation.scaling(core);
    let mut call = layer.conv.call("conv2d_pairs_s8", layer.geometry);
    call.params = requantisation.params(&scaling, &packed);
    call.shape.extend(scaling.shape.iter().cloned());
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    call.overlap = layer.geometry.overlap(1, Blocks { positions: COLUMNS, across_rows: true, results: Results::Held });
    let mut choice = KernelChoice::from(call);
    choice.scratch = Some(Scratch { bytes: scratch(layer, taps), align: 4 });
    choice.cost = Some(cost(layer, taps, &scaling));
    Ok(Some(choice))
}

/// A channel's weights and zeros.
fn filled_up(weights: &[i8]) -> impl Iterator<Item = i8> {
    let zeros = weights.len().next_multiple_of(STEP) - weights.len();
    weights.iter().copied().chain(std::iter::repeat_n(0, zeros))
}

/// The columns, the sums of a group of channels, and a pixel of zero points if a window leaves the image.
fn scratch(layer: &LayerS8<'_>, taps: usize) -> usize {
    let geometry = layer.geometry;
    let ([in_height, in_width, channels], [height, width, outputs]) = (geometry.image, geometry.output);
    let has_border = geometry.window.has_border([in_height, in_width], [height, width]);
    let pixel = if has_border { channels } else { 0 };
    let words = taps.next_multiple_of(STEP) * COLUMNS / 2 + outputs.min(GROUP) * COLUMNS;
    words * 4 + pixel
}

/// From the machine code: the loops' cycles, and rough figures for what stands around them.
fn cost(layer: &LayerS8<'_>, taps: usize, scaling: &Scaling) -> Cost {
    let [height, width, channels] = layer.geometry.output;
    let blocks = (height * width).div_ceil(COLUMNS) as u64;
    let steps = taps.div_ceil(STEP) as u64;
    // Of four taps, of a channel beside them, of a result, of a word of the columns.
    let (step, channel, result, word) = match layer.lowering.core {
        Core::Armv6m => (49, 60, 20 + scaling.products.map_or(70, |products| 6 * products as u64), 14),
        _ => (38, 30, 16, 9),
    };
    let of_channel = steps * step + channel + COLUMNS as u64 * result;
    let columns = taps as u64 * 2 * word;
    Cost { cycles: blocks * (channels as u64 * of_channel + columns), code_bytes: 900 }
}
