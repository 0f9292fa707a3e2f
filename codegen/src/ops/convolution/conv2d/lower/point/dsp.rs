//! By the DSP instructions: `depthwise_point_dsp_s8`.

use std::ops::Range;

use tinyml_arith::HighMul;

use super::Taps;
use super::super::{HighMulLayer, LayerS8};
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::{Blob, CodePart, Const, KernelChoice, Overlap};
use crate::ops::common::quantised::{clamp_const, high_mul_const};

/// Channels that are computed at a time.
const BLOCK: usize = 4;

pub(in super::super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let core = layer.lowering.core;
    let channels = layer.geometry.output[2];
    if !core.has_dsp() || channels < BLOCK {
        return Ok(None);
    }
    let Some(taps) = Taps::of(layer) else { return Ok(None) };
    let Some(constants) = layer.high_mul()? else { return Ok(None) };
    let HighMulLayer { scaling, clamped, .. } = &constants;
    let shifted = scaling.channels.iter().any(|channel| channel.shift != 0);

    let mut call = layer.conv.call("depthwise_point_dsp_s8", layer.geometry);
    call.note.push_str(", one position");
    call.shape = taps.shape();
    call.shape.push(("STEP", taps.step.into()));
    if scaling.form != HighMul::Floor {
        call.shape.push(("FORM", high_mul_const(scaling.form)));
    }
    call.shape.extend(shifted.then_some(("SHIFTED", Const::Bool(true))));
    call.shape.extend(clamped.then_some(("CLAMPED", Const::Bool(true))));
    if taps.in_place() {
        call.overlap.push((0, Overlap::InPlace));
    }
    let bias = taps.bias(layer, &constants.bias, constants.input_zero);
    call.params = vec![
        ("weights", Blob::weights_u32(&packed(&taps.weights(layer), taps.count(), channels)).into()),
        ("constants", Blob::parameters_i32(&table(&bias, &constants, shifted)).into()),
        ("clamp", clamp_const(layer.clamp).into()),
    ];
    let blocks = channels.div_ceil(BLOCK);
    let work = Work::new("depthwise_point_dsp_s8", 60)
        .with("block", blocks)
        .with("shifted_block", if shifted { blocks } else { 0 })
        .with("clamped_block", if *clamped { blocks } else { 0 })
        .with("pair", blocks * (taps.count() / 2))
        .with("single", blocks * (taps.count() % 2));
    let form = format!("depthwise_point_dsp_s8, {:?}, {shifted}, {clamped}", scaling.form);
    let shared = CodePart { name: form, bytes: 400 };
    Ok(Some(KernelChoice::new(core, [(call, work)]).with_shared_code(vec![shared])))
}

/// The channels of each block; the last one begins early enough to end with the last channel.
fn blocks(channels: usize) -> impl Iterator<Item = Range<usize>> {
    (0..channels)
        .step_by(BLOCK)
        .map(move |first| first.min(channels - BLOCK))
        .map(|first| first..first + BLOCK)
}

/// Weights `[C][taps]` as the kernel's `Params` have them.
fn packed(weights: &[i8], taps: usize, channels: usize) -> Vec<u32> {
    let word = |bytes: [i8; 4]| u32::from_le_bytes(bytes.map(|byte| byte as u8));
    let all: Vec<usize> = (0..taps).collect();
    let mut words = Vec::new();
    for block in blocks(channels) {
        let at = |channel: usize, tap: usize| weights[(block.start + channel) * taps + tap];
        for pair in all.chunks(2) {
            match *pair {
                [a, b] => {
                    words.extend([0, 2].map(|c| word([at(c, a), at(c + 1, a), at(c, b), at(c + 1, b)])));
                }
                [a] => words.push(word([0, 1, 2, 3].map(|c| at(c, a)))),
                _ => {}
            }
        }
    }
    words
}

/// The constants as the kernel's `Params` have them.
fn table(bias: &[i32], constants: &HighMulLayer, shifted: bool) -> Vec<i32> {
    let mut table = Vec::new();
    for block in blocks(bias.len()) {
        let channels = &constants.scaling.channels[block.clone()];
        table.extend(&bias[block]);
        table.extend(channels.iter().map(|channel| channel.multiplier));
        table.extend(channels.iter().map(|channel| channel.offset));
        if shifted {
            table.extend(channels.iter().map(|channel| channel.shift as i32));
        }
    }
    table
}
