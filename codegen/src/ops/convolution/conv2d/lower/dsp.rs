//! The matrix kernel of cores with DSP instructions: any layer of one group.

use super::LayerS8;
use crate::config::Optimise;
use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::{CodePart, Const, KernelChoice, Operand};
use crate::ops::common::matrix::Matrix;
use tinyml_arith::matrix::{Code, Finish, PAIRS, Windows};

/// Code that is the shape's own.
pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    match layer.lowering.optimise {
        Optimise::Size => Ok(None),
        _ => with_code(layer, Code::Specialised),
    }
}

/// Code that all shapes share.
pub(super) fn shared(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
    let code = match layer.lowering.optimise {
        Optimise::Size => Code::Small,
        _ => Code::Shared,
    };
    with_code(layer, code)
}

fn with_code(layer: &LayerS8<'_>, code: Code) -> Result<Option<KernelChoice>, Fault> {
    let (conv, geometry) = (layer.conv, layer.geometry);
    if !layer.lowering.core.has_dsp() || conv.groups != 1 {
        return Ok(None);
    }
    let [height, width, channels] = geometry.output;
    let [image_height, image_width, image_channels] = geometry.image;
    let windows = Windows {
        kernel: geometry.window.kernel,
        column_dilation: conv.dilation[1],
        channels: image_channels,
        positions: height * width,
        has_border: geometry.window.has_border([image_height, image_width], [height, width]),
    };
    let steps = [conv.stride, conv.dilation, geometry.window.origin()];
    if !windows.are_narrow(geometry.image, geometry.output, steps) {
        return Ok(None);
    }
    let is_shared = code != Code::Specialised && windows.positions > 1;
    let matrix = Matrix::new(&layer.requantisation()?, windows.taps());
    let mut cost = matrix.cost(if (windows.last_alone() && !is_shared) || windows.positions == 1 {
        windows.positions
    } else {
        windows.positions.next_multiple_of(2)
    });
    let mut shared_code = Vec::new();
    if windows.positions > 1 {
        shared_code.extend(matrix.code(2, code));
    }
    if windows.positions == 1 || (!is_shared && windows.last_alone()) {
        shared_code.extend(matrix.code(1, code));
    }
    let mut call = conv.call("conv2d_dsp_s8", geometry);
    call.shape.extend(matrix.shape());
    if is_shared {
        // What it takes longer: the walk over the positions, and a call for each run.
        let is_pointwise = windows.kernel == [1, 1] && conv.stride == [1, 1] && !windows.has_border;
        let position = if is_pointwise { 30 } else { 90 + 60 * windows.kernel[0] };
        cost.cycles += (windows.positions * position) as u64;
        let (name, bytes) = match is_pointwise {
            true => ("pixels of any shape", 500),
            false => ("windows of any shape", 1400),
        };
        shared_code.push(CodePart { name: format!("conv2d_dsp_s8, {name}, {:?}", matrix.finish == Finish::Exact), bytes });
        shared_code.push(CodePart { name: "conv2d_dsp_s8, any shape".to_owned(), bytes: 400 });
    }
    if code != Code::Specialised {
        let variant = if code == Code::Small { "Code::Small" } else { "Code::Shared" };
        call.shape.push(("CODE", Const::Variant(variant)));
    }
    // The sum of the machine code's parts; the cost model says how far off it is.
    let work = Work::new("conv2d_dsp_s8", if is_shared { 80 } else { 600 })
        .with(if is_shared { "counted_of_shared" } else { "counted" }, cost.cycles as usize);
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    call.overlap = geometry.overlap(1, PAIRS);
    let bytes = 4 * windows.scratch_words(channels, matrix.finish);
    call.params = matrix.params;
    let choice = KernelChoice::new(layer.lowering.core, [(call, work)]).with_scratch(bytes, 4);
    Ok(Some(choice.with_shared_code(shared_code).with_cut(windows.positions.div_ceil(2), "pairs of positions")))
}
