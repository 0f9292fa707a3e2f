//! The scalar kernels: any layer, any core. They are taken where no other can do it.

use std::borrow::Cow;

use super::{LayerS8, Products};
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::KernelChoice;
use crate::ops::common::channelwise::params_s8;
use crate::ops::common::quantised::rounding_const;
use tinyml_arith::Rounding;
use tinyml_arith::overlap::Blocks;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<KernelChoice, Fault> {
    let channels = layer.geometry.output[2];
    let (kernel, packed, blocks) = match layer.depthwise {
        true => {
            let blocks = Blocks::depthwise(layer.geometry.group[1]);
            ("depthwise_s8", Cow::Owned(channels_innermost(layer.weights, channels)), blocks)
        }
        false => ("conv2d_s8", Cow::Borrowed(layer.weights), Blocks::POSITION),
    };
    let mut call = layer.conv.call(kernel, layer.geometry);
    call.overlap = layer.geometry.overlap(1, blocks);
    if layer.rounding != Rounding::Double {
        call.shape.push(("ROUNDING", rounding_const(layer.rounding)));
    }
    call.params = params_s8(layer.lowering, &packed, channels, &layer.multipliers, layer.clamp)?;
    let Products { results, inner, border_taps, .. } = Products::of(layer.geometry);
    let window: usize = layer.geometry.window.kernel.iter().product();
    let per_tap = layer.geometry.group[0];
    let work = Work::new(kernel, 500)
        .with("result", results)
        .with("tap", inner / per_tap.max(1))
        .with("product", inner)
        .with("border_tap", border_taps)
        .with("border_product", (results * window * per_tap).saturating_sub(inner));
    Ok(KernelChoice::new(layer.lowering.core, [(call, work)]))
}

/// Depthwise weights `[C_out][K_h][K_w]` as `[K_h][K_w][C_out]`.
pub(super) fn channels_innermost(weights: &[i8], channels: usize) -> Vec<i8> {
    let taps = weights.len() / channels.max(1);
    (0..taps).flat_map(|tap| weights.iter().skip(tap).step_by(taps).copied()).collect()
}
