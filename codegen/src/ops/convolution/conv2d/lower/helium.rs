//! The kernels of cores with Helium: layers of one group, and depthwise ones with one output channel for each input channel.

use super::LayerS8;
use crate::ir::Fault;
use crate::kernel::{KernelChoice, Operand};
use crate::ops::common::helium::{depthwise, depthwise_work, is_native, product, product_scratch, product_work};
use tinyml_arith::helium::{BLOCKS, POSITIONS, fits};
use tinyml_arith::overlap::Blocks;

/// The greatest window of the depthwise kernel, whose code has each tap.
const MAX_TAPS: usize = 32;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let (conv, geometry) = (layer.conv, layer.geometry);
    if !is_native(layer.lowering.core) {
        return Ok(None);
    }
    let [height, width, channels] = geometry.output;
    let positions = height * width;
    let taps = layer.weights.len() / channels.max(1);
    let requantisation = layer.requantisation()?;
    let (kernel, packed, scratch, work) = if layer.depthwise && channels == geometry.image[2] && taps <= MAX_TAPS {
        let [in_height, in_width, _] = geometry.image;
        let has_border = geometry.window.has_border([in_height, in_width], [height, width]);
        let scratch = if has_border { taps * channels } else { 0 };
        ("depthwise_helium_s8", depthwise(&requantisation), scratch, depthwise_work(positions, taps, channels))
    } else if conv.groups == 1 && fits(taps, channels, POSITIONS) {
        let scratch = product_scratch(positions, taps);
        ("conv2d_helium_s8", product(&requantisation), scratch, product_work(positions, taps, channels, geometry.window.kernel.iter().product()))
    } else {
        return Ok(None);
    };
    let Some(packed) = packed else { return Ok(None) };
    let mut call = conv.call(kernel, geometry);
    call.shape.extend(packed.shape);
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    call.params = packed.params;
    let blocks = if kernel == "depthwise_helium_s8" { Blocks::CHANNEL } else { BLOCKS };
    call.overlap = geometry.overlap_forwards(blocks);
    let (steps, along) = match kernel {
        "depthwise_helium_s8" => (height, "rows"),
        _ => (positions.div_ceil(POSITIONS), "blocks of positions"),
    };
    let choice = KernelChoice::new(layer.lowering.core, [(call, work)]).with_scratch(scratch, 1);
    Ok(Some(choice.with_cut(steps, along)))
}
