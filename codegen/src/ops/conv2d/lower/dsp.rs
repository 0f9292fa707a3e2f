//! The matrix kernel of cores with DSP instructions: any layer of one group.

use super::LayerS8;
use crate::ir::Fault;
use crate::kernel::{KernelChoice, Operand, Scratch};
use crate::ops::common::matrix::Matrix;
use tinyml_arith::matrix::{PAIRS, Windows};

pub(super) fn choice(layer: &LayerS8<'_>) -> Result<Option<KernelChoice>, Fault> {
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
    let matrix = Matrix::new(&layer.requantisation()?, windows.taps());
    let cost = matrix.cost(if windows.last_alone() || windows.positions == 1 {
        windows.positions
    } else {
        windows.positions.next_multiple_of(2)
    });
    let mut call = conv.call("conv2d_dsp_s8", geometry);
    call.shape.extend(matrix.shape());
    call.operands.push(("SCRATCH", Operand::Scratch { offset: 0 }));
    call.overlap = geometry.overlap(1, PAIRS);
    let scratch = Scratch { bytes: 4 * windows.scratch_words(channels, matrix.finish), align: 4 };
    call.params = matrix.params;
    Ok(Some(KernelChoice { calls: vec![call], scratch: Some(scratch), cost: Some(cost) }))
}
