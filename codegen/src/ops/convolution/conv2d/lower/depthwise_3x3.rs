//! Depthwise convolution with a 3×3 kernel by the DSP instructions, row by row: `depthwise_3x3_dsp_s8`.

use tinyml_arith::HighMul;
use tinyml_arith::three_by_three::{BLOCK, PACKED, ThreeByThree};

use super::LayerS8;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::{Blob, KernelChoice, Operand, Overlap};
use crate::ops::common::helium::is_native;
use crate::ops::common::quantised::clamp_const;

/// Most rows of the result. Of more, `depthwise_dsp_s8` prepares less for each, and its result lies exactly over its operand.
const MOST_ROWS: usize = 4;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let (geometry, window) = (layer.geometry, &layer.geometry.window);
    let shape = ThreeByThree {
        input: geometry.image,
        output: geometry.output,
        stride: window.stride,
        dilation: window.dilation,
        padding: window.origin(),
    };
    let core = layer.lowering.core;
    // Cores with Helium have instructions for more at once.
    if !layer.depthwise || !core.has_dsp() || is_native(core) {
        return Ok(None);
    }
    if window.kernel != [3, 3] || geometry.output[0] > MOST_ROWS || !shape.is_possible() {
        return Ok(None);
    }
    let Some(constants) = layer.high_mul()? else { return Ok(None) };
    let mut call = layer.conv.call("depthwise_3x3_dsp_s8", geometry);
    call.note.push_str(", row by row");
    call.shape.extend(constants.shape());
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    call.overlap.push((0, Overlap::Sliding(shape.gaps())));
    let scaling = &constants.scaling;
    let special = scaling.form == HighMul::Floor && scaling.shift().is_some() && !constants.clamped;
    let mut table = Vec::new();
    for (bias, channel) in constants.bias.iter().zip(&scaling.channels) {
        table.extend([*bias, channel.multiplier, channel.offset]);
        if scaling.shift().is_none() {
            table.push(channel.shift as i32);
        }
    }
    let weights = layer.weights.chunks_exact(PACKED.len());
    let packed: Vec<i8> = weights.flat_map(|channel| PACKED.map(|place| channel[place])).collect();
    call.params = vec![
        ("weights", Blob::weights_i8(&packed).into()),
        ("constants", Blob::parameters_i32(&table).into()),
        ("input_zero_point", constants.input_zero.into()),
        ("clamp", clamp_const(layer.clamp).into()),
    ];
    let choice = KernelChoice::new(core, [(call, work(&shape, special))]);
    Ok(Some(choice.with_scratch(shape.scratch_bytes(), 4).with_cut(layer.geometry.output[0], "rows")))
}

/// What the kernel does for a shape; `special` if its machine code for most layers can.
fn work(shape: &ThreeByThree, special: bool) -> Work {
    let [rows, width, channels] = shape.output;
    let blocks = rows * channels.div_ceil(BLOCK);
    let (fours, rest) = shape.tiles();
    let tiles = rows * channels * (fours + usize::from(rest > 0));
    let code = 50 * (rest + if fours > 0 { 4 } else { 0 });
    let terms = match (special, shape.stride[1]) {
        (true, 1) => ["special_line", "special_tile", "special_result"],
        (true, _) => ["special_line", "special_tile", "special_result_of_two"],
        (false, _) => ["line", "tile", "result"],
    };
    let counts = [rows * channels, tiles, rows * channels * width];
    let work = Work::new("depthwise_3x3_dsp_s8", 500 + code)
        .with("block", blocks)
        .with("widened", blocks * shape.image_positions());
    terms.into_iter().zip(counts).fold(work, |work, (term, count)| work.with(term, count))
}
