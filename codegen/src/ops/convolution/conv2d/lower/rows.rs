//! Depthwise convolution over a ring of rows: cores without DSP instructions.

use super::LayerS8;
use super::scalar::channels_innermost;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::{KernelChoice, Operand, Overlap};
use crate::target::Core;
use tinyml_arith::overlap::Gaps;
use tinyml_arith::ring::{MAX_ROWS, Ring};

/// Most output positions that are computed together.
const MAX_POSITIONS: usize = 5;
/// Channels whose sums are kept.
const GROUP: usize = 16;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let core = layer.lowering.core;
    let geometry = layer.geometry;
    let [height, width, channels] = geometry.output;
    let window = geometry.window;
    let fits_core = matches!(core, Core::Armv6m | Core::Armv7m | Core::Riscv32);
    if !fits_core || !layer.depthwise || geometry.image[2] != channels || window.kernel[0] > MAX_ROWS {
        return Ok(None);
    }
    let requantisation = layer.requantisation()?;
    let scaling = requantisation.scaling(core, false);
    // How many positions at once: by rough cycles of a product, of the weight of some products, and of a result.
    let (product, weight, result) = match core {
        Core::Armv6m => (5, 4, 40 + scaling.products.map_or(70, |products| 6 * products)),
        Core::Armv7m => (4, 3, 20),
        _ => (3, 1, 16),
    };
    let taps = window.kernel[0] * window.kernel[1];
    let cycles = |positions: usize| {
        let of_channel = taps * (weight + positions * product) + 40 + positions * result;
        height * width.div_ceil(positions) * channels * of_channel
    };
    let Some(positions) = (1..=MAX_POSITIONS).min_by_key(|&positions| cycles(positions)) else {
        return Ok(None);
    };
    let mut call = layer.conv.call("depthwise_rows_s8", geometry);
    call.params = requantisation.params(&scaling, &channels_innermost(layer.weights, channels));
    call.shape.push(("POSITIONS", positions.into()));
    call.shape.extend(scaling.shape.iter().cloned());
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    call.overlap = vec![(0, Overlap::Sliding(gaps(layer)))];
    let groups = height * width.div_ceil(positions) * channels;
    let work = Work::new("depthwise_rows_s8", 800 + window.kernel[1] * (2 + 4 * positions) * 2)
        .with("row", height)
        .with("copied", geometry.image.iter().product())
        .with("group", groups)
        .with("weight", groups * taps)
        .with("product", groups * taps * positions)
        .with("result", groups * positions);
    let work = scaling.work(core, work, groups * positions);
    let choice = KernelChoice::new(core, [(call, work)]).with_scratch(scratch(layer, positions), 4);
    Ok(Some(choice.with_cut(height, "rows")))
}

/// How far the result may lie over the image.
fn gaps(layer: &LayerS8<'_>) -> Gaps {
    let ([input, in_width, in_channels], [output, width, channels]) = (layer.geometry.image, layer.geometry.output);
    let window = layer.geometry.window;
    Ring {
        input,
        input_row: in_width * in_channels,
        output,
        output_row: width * channels,
        reach: (window.kernel[0] - 1) * window.dilation[0] + 1,
        stride: window.stride[0],
        padding: window.padding[0],
    }
    .gaps()
}

/// The ring of rows and the sums of a group of channels.
fn scratch(layer: &LayerS8<'_>, positions: usize) -> usize {
    let [_, width, channels] = layer.geometry.output;
    let window = layer.geometry.window;
    let reach = |axis: usize| (window.kernel[axis] - 1) * window.dilation[axis] + 1;
    let pixels = (width.next_multiple_of(positions) - 1) * window.stride[1] + reach(1);
    reach(0) * (pixels * channels).next_multiple_of(4) + channels.min(GROUP) * positions * 4
}
