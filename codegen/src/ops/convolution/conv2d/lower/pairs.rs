//! Two products by one multiplication: cores without DSP instructions and with few registers.

use super::LayerS8;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::{KernelChoice, Operand};
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
    let scaling = requantisation.scaling(core, false);
    let mut call = layer.conv.call("conv2d_pairs_s8", layer.geometry);
    call.params = requantisation.params(&scaling, &packed);
    call.shape.extend(scaling.shape.iter().cloned());
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    call.overlap = layer.geometry.overlap(1, Blocks { positions: COLUMNS, across_rows: true, results: Results::Held });
    let work = scaling.work(core, work(layer, taps), layer.geometry.output.iter().product());
    let choice = KernelChoice::new(core, [(call, work)]).with_scratch(scratch(layer, taps), 4);
    let [height, width, _] = layer.geometry.output;
    Ok(Some(choice.with_cut((height * width).div_ceil(COLUMNS), "blocks of positions")))
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

/// Blocks of columns, what is gathered for them, and of each channel the steps of four taps.
fn work(layer: &LayerS8<'_>, taps: usize) -> Work {
    let [height, width, channels] = layer.geometry.output;
    let blocks = (height * width).div_ceil(COLUMNS);
    Work::new("conv2d_pairs_s8", 900)
        .with("block", blocks)
        .with("run", blocks * layer.geometry.window.kernel[0])
        .with("gathered", blocks * taps)
        .with("channel", blocks * channels)
        .with("step", blocks * channels * taps.div_ceil(STEP))
}
