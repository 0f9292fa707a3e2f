//! Depthwise convolution by the DSP instructions: `depthwise_dsp_s8`.

use tinyml_arith::HighMul;
use tinyml_arith::line_walk::LineWalk;

use super::LayerS8;
use crate::config::Optimise;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::{Blob, KernelChoice, Operand, Overlap};
use crate::ops::common::high_mul;
use crate::ops::common::quantised::clamp_const;

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    if !layer.depthwise || layer.geometry.image[2] < 2 || !layer.lowering.core.has_dsp() {
        return Ok(None);
    }
    let Some(constants) = layer.high_mul()? else { return Ok(None) };
    let scaling = &constants.scaling;
    let form = Form { special: scaling.form == HighMul::Floor && !constants.clamped, shift: scaling.shift() };
    let Some((walk, _)) = best_walk(layer, form) else { return Ok(None) };

    let mut call = layer.conv.call("depthwise_dsp_s8", layer.geometry);
    call.shape.push(("PAIRS", walk.pairs.into()));
    if walk.block != 4 {
        call.shape.push(("BLOCK", walk.block.into()));
    }
    if walk.walk == 0 {
        call.shape.push(("WALK", 0usize.into()));
        call.note.push_str(", column by column");
    }
    call.shape.extend(constants.shape());
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    if walk.in_place() {
        call.overlap.push((0, Overlap::InPlace));
    }
    let of_channels = |field: fn(&high_mul::Channel) -> i32| -> Vec<i32> {
        scaling.channels.iter().map(field).collect()
    };
    let shifts: Vec<i8> = match scaling.shift() {
        Some(_) => Vec::new(),
        None => scaling.channels.iter().map(|channel| channel.shift as i8).collect(),
    };
    call.params = vec![
        ("weights", Blob::weights_i8(&packed(layer.weights, &walk)).into()),
        ("bias", Blob::weights_i32(&constants.bias).into()),
        ("multipliers", Blob::parameters_i32(&of_channels(|channel| channel.multiplier)).into()),
        ("offsets", Blob::parameters_i32(&of_channels(|channel| channel.offset)).into()),
        ("shifts", Blob::parameters_i8(&shifts).into()),
        ("input_zero_point", constants.input_zero.into()),
        ("clamp", clamp_const(layer.clamp).into()),
    ];
    let work = work(&walk, form);
    let choice = KernelChoice::new(layer.lowering.core, [(call, work)]).with_scratch(walk.scratch_bytes(), 4);
    Ok(Some(choice.with_cut(walk.steps(), "windows of a block of channels")))
}

/// `[C_out][K_h][K_w]` with the taps across the lines innermost.
fn packed(weights: &[i8], walk: &LineWalk) -> Vec<i8> {
    let [k_h, k_w] = walk.kernel;
    if walk.walk == 0 {
        return weights.to_vec();
    }
    let columns = |channel: &[i8]| -> Vec<i8> {
        (0..k_w).flat_map(|x| (0..k_h).map(move |y| y * k_w + x)).map(|place| channel[place]).collect()
    };
    weights.chunks_exact(k_h * k_w).flat_map(columns).collect()
}

/// What of the requantisation decides about the code.
#[derive(Clone, Copy)]
struct Form {
    /// Whether the form for 3×3 kernels can do it.
    special: bool,
    /// The shift of all channels.
    shift: Option<u32>,
}

/// The window's size and direction with the fewest cycles, within an allowance of scratch memory that is small against the
/// tensors; with its cycles.
fn best_walk(layer: &LayerS8<'_>, form: Form) -> Option<(LineWalk, u64)> {
    let (input, output) = (layer.geometry.image, layer.geometry.output);
    let window = &layer.geometry.window;
    let blocks = [4, 2].into_iter().filter(|&block| block <= input[2]);
    let walks = blocks.flat_map(|block| [1, 0].map(|walk| (block, walk))).flat_map(|(block, walk)| {
        let whole = LineWalk {
            input,
            output,
            kernel: window.kernel,
            stride: window.stride,
            dilation: window.dilation,
            padding: window.origin(),
            walk,
            pairs: 1,
            block,
        };
        sizes(whole.min_pairs(), whole.all_pairs()).map(move |pairs| LineWalk { pairs, ..whole })
    });
    let (input, output) = (input.iter().product::<usize>(), output.iter().product::<usize>());
    // With the bytes of the arena during the step.
    let walks: Vec<(LineWalk, usize)> = walks
        .map(|walk| {
            let tensors = if walk.in_place() { input.max(output) } else { input + output };
            (walk, tensors + walk.scratch_bytes())
        })
        .collect();
    // The arena has room for the largest tensor anyway. Beyond that a window may take a little.
    let largest = layer.lowering.graph.largest_activation().max(input).max(output);
    let room = match layer.lowering.optimise {
        Optimise::Speed => largest + (largest * 3 / 16).max(4096),
        Optimise::Balanced | Optimise::Size => largest + (largest / 24).max(1024),
        Optimise::Ram => largest + 256,
    };
    // The least is always allowed.
    let least = walks.iter().map(|(_, step)| *step).min()?;
    let most = (input.max(output) * 3 / 16).max(1024);
    walks
        .into_iter()
        .filter(|(walk, step)| *step <= least || (walk.scratch_bytes() <= most && *step <= room))
        .map(|(walk, _)| (walk, cycles(&walk, form)))
        .min_by_key(|(walk, cycles)| (*cycles, walk.scratch_bytes()))
}

/// Sizes of windows from the least to the greatest that are tried: all of the first 128, as images have them, and then in steps
/// that grow, since what a window takes to be looked at grows with the lines.
fn sizes(least: usize, most: usize) -> impl Iterator<Item = usize> {
    let next = move |&pairs: &usize| (pairs < most).then(|| most.min(pairs + ((pairs - least) / 64).max(1)));
    std::iter::successors((least <= most).then_some(least), next)
}

/// Cycles of a layer on Cortex-M4, after the machine code: what walks are compared by.
fn cycles(walk: &LineWalk, form: Form) -> u64 {
    let Parts { windows, widened, moved, lines, outputs, channels, blocks, step, pairs, is_special } =
        Parts::of(walk, form);
    let element = if walk.block == 4 { 19 } else { 12 };
    let widening = blocks * (45 * walk.all_pairs() + element * widened);
    let moving = blocks * walk.block * (15 * moved + 7 * moved * walk.positions() / 2);
    let walking = if is_special {
        let (result, begin) = if walk.stride[walk.walk] == 1 { (26, 24) } else { (32, 17) };
        let result = result + usize::from(step > 255);
        lines * (outputs * result / 2 + begin) + windows * 75
    } else {
        lines * (outputs * (pairs * 5 / 2 + 8) + 40) + windows * (30 * pairs + 80)
    };
    (widening + moving + channels * walking) as u64
}

/// What the kernel does for a walk.
fn work(walk: &LineWalk, form: Form) -> Work {
    let Parts { windows, widened, moved, lines, outputs, channels, blocks, pairs, is_special, .. } =
        Parts::of(walk, form);
    let (lines, windows) = (lines * channels, windows * channels);
    let work = Work::new("depthwise_dsp_s8", 1000)
        .with("block", blocks)
        .with("pair_line", blocks * walk.all_pairs())
        .with(if walk.block == 4 { "widened" } else { "widened_of_two" }, blocks * widened)
        .with("moved_line", blocks * walk.block * moved)
        .with("moved", blocks * walk.block * moved * walk.positions());
    match (is_special, walk.stride[walk.walk]) {
        (true, 1) => {
            work.with("special_result", lines * outputs).with("special_line", lines).with("special_window", windows)
        }
        (true, _) => work
            .with("special_result_of_two", lines * outputs)
            .with("special_line_of_two", lines)
            .with("special_window", windows),
        (false, _) => work
            .with("result", lines * outputs)
            .with("product_pair", lines * outputs * pairs)
            .with("line", lines)
            .with("window", windows)
            .with("window_pair", windows * pairs),
    }
}

/// What a walk consists of.
struct Parts {
    /// How many windows there are.
    windows: usize,
    /// Positions that are widened to pair lines, for a block of channels.
    widened: usize,
    /// Pair lines that a next window keeps, in all.
    moved: usize,
    /// Lines of the result, and results in each.
    lines: usize,
    outputs: usize,
    channels: usize,
    /// Blocks of channels of the image.
    blocks: usize,
    /// Bytes from a result to the next.
    step: usize,
    /// Pairs of taps in a result.
    pairs: usize,
    /// Whether the form for 3×3 kernels does it.
    is_special: bool,
}

impl Parts {
    fn of(walk: &LineWalk, form: Form) -> Parts {
        let (along, across) = (walk.walk, walk.across());
        let channels = walk.output[2];
        let (windows, moved) = windows(walk);
        Parts {
            windows,
            widened: walk.all_pairs() * walk.image_positions(),
            moved,
            lines: walk.output[across],
            outputs: walk.output[along],
            channels,
            blocks: walk.input[2].div_ceil(walk.block),
            step: if along == 0 { walk.output[1] * channels } else { channels },
            pairs: walk.kernel[along] * walk.taps(true),
            is_special: form.special
                && form.shift.is_some()
                && walk.kernel == [3, 3]
                && walk.dilation == [1, 1]
                && walk.stride.iter().all(|&stride| stride <= 2),
        }
    }
}

/// How many windows a walk has, and how many pair lines their next ones keep.
fn windows(walk: &LineWalk) -> (usize, usize) {
    let (lines, stride) = (walk.output[walk.across()], walk.stride[walk.across()]);
    // The end of the window from a line on, and what the next one keeps.
    let step = |line: usize| {
        let first = walk.first_pair(line);
        let end = walk.lines_end(first);
        let kept = if end < lines { (first + walk.pairs).saturating_sub(walk.first_pair(end)) } else { 0 };
        (end, kept)
    };
    let (mut line, mut windows, mut moved) = (0, 0, 0);
    while line < lines {
        let (middle, kept) = step(line);
        (windows, moved) = (windows + 1, moved + kept);
        if middle >= lines {
            break;
        }
        let (end, kept_then) = step(middle);
        (windows, moved) = (windows + 1, moved + kept_then);
        // From the same line of a pair on, the next two windows are the same again, but for the last ones.
        let length = end - line;
        let more = if end < lines && (length * stride).is_multiple_of(2) { (lines - 1 - end) / length } else { 0 };
        (windows, moved) = (windows + 2 * more, moved + more * (kept + kept_then));
        line = end + more * length;
    }
    (windows, moved)
}

#[cfg(test)]
mod test {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]

        #[test]
        fn windows_are_counted_as_if_one_by_one(
            (lines, kernel, stride, dilation) in (1usize..200, 1usize..5, 1usize..5, 1usize..4),
            (walk, more) in (0usize..2, 0usize..20),
        ) {
            let walk = LineWalk {
                input: [200, 200, 8],
                output: [lines, lines, 8],
                kernel: [kernel; 2],
                stride: [stride; 2],
                dilation: [dilation; 2],
                padding: [0; 2],
                walk,
                pairs: 1,
                block: 4,
            };
            let walk = LineWalk { pairs: walk.min_pairs() + more, ..walk };
            let (mut count, mut moved, mut line, mut first) = (0, 0, 0, 0);
            while line < lines {
                count += 1;
                line = walk.lines_end(first);
                let next = walk.first_pair(line);
                if line < lines {
                    moved += (first + walk.pairs).saturating_sub(next);
                }
                first = next;
            }
            prop_assert_eq!(windows(&walk), (count, moved));
        }
    }
}
