//! Drops the rows and columns of a window that lie in the padding wherever it is put: a 3×3 kernel over an image of one row is 1×3,
//! and no pooling window is larger than what it can reach.
//!
//! Outermost ones only, and only so many as the padding has. Of pooling, those whose padding counts for nothing. A stride that leads
//! to no second position is no larger than the padded image, and a dilation that leads to no second tap no larger than the image, whatever a file says.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{DType, Graph, Node, NodeId, Op, Tensor};
use crate::ops::common::window::Window;
use crate::ops::convolution::conv2d::Conv2d;
use crate::ops::pooling::average_pool2d::AveragePool2d;
use crate::ops::pooling::max_pool2d::MaxPool2d;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "crop_kernels", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    for id in graph.order().to_vec() {
        if crop_convolution(graph, id).is_none()
            && let Some(op) = cropped_pool(graph, graph.node(id))
        {
            graph.node_mut(id).op = op;
        }
    }
    Ok(())
}

/// Height and width of a node's image and of its result.
fn extents(graph: &Graph, node: &Node) -> Option<[[usize; 2]; 2]> {
    let (image, output) = (graph.ty(node.input(0)?), graph.ty(*node.outputs.first()?));
    // In floating point a tap in the padding is left out as well.
    if !matches!(image.dtype, DType::I8 | DType::F32) {
        return None;
    }
    match (image.shape.dims(), output.shape.dims()) {
        (&[_, in_h, in_w, _], &[_, out_h, out_w, _]) => Some([[in_h, in_w], [out_h, out_w]]),
        _ => None,
    }
}

/// The window without the rows and columns that always lie in the padding, and how many of them were in front; none if there are
/// none.
fn crop(window: Window, [image, outputs]: [[usize; 2]; 2]) -> Option<(Window, [usize; 2])> {
    let (mut cropped, mut front) = (window, [0; 2]);
    for axis in 0..2 {
        let runs = window.runs(axis, outputs[axis], image[axis]);
        let meeting = || runs.iter().map(|run| &run.taps).filter(|taps| !taps.is_empty());
        let (Some(first), Some(end)) =
            (meeting().map(|taps| taps.start).min(), meeting().map(|taps| taps.end).max())
        else {
            continue;
        };
        let dilation = window.dilation[axis];
        let most = |side: usize| window.padding[2 * axis + side] / dilation;
        let (before, behind) = (first.min(most(0)), (window.kernel[axis] - end).min(most(1)));
        front[axis] = before;
        cropped.kernel[axis] -= before + behind;
        cropped.padding[2 * axis] -= before * dilation;
        cropped.padding[2 * axis + 1] -= behind * dilation;
        let most = image[axis].max(1);
        if cropped.kernel[axis] == 1 {
            cropped.dilation[axis] = cropped.dilation[axis].min(most);
        }
        if outputs[axis] == 1 {
            // Nor so small that a second window fits into the padding.
            let padded = image[axis] + cropped.padding[2 * axis] + cropped.padding[2 * axis + 1];
            let room = padded.saturating_sub((cropped.kernel[axis] - 1) * cropped.dilation[axis]);
            cropped.stride[axis] = cropped.stride[axis].min(most.max(room));
        }
    }
    let extents = |window: &Window| (window.kernel, window.stride, window.dilation);
    (extents(&cropped) != extents(&window)).then_some((cropped, front))
}

fn cropped_pool(graph: &Graph, node: &Node) -> Option<Op> {
    let extents = || extents(graph, node);
    if let Some(pool) = node.op.downcast::<MaxPool2d>() {
        let MaxPool2d { kernel, stride, padding, dilation, .. } = *pool;
        let (Window { kernel, stride, dilation, padding }, _) =
            crop(Window { kernel, stride, dilation, padding }, extents()?)?;
        return Some(Op::new(MaxPool2d { kernel, stride, padding, dilation, ..pool.clone() }));
    }
    let pool = node.op.downcast::<AveragePool2d>().filter(|pool| !pool.count_padding)?;
    let AveragePool2d { kernel, stride, padding, .. } = *pool;
    let (Window { kernel, stride, padding, .. }, _) =
        crop(Window { kernel, stride, dilation: [1, 1], padding }, extents()?)?;
    Some(Op::new(AveragePool2d { kernel, stride, padding, ..pool.clone() }))
}

fn crop_convolution(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    let conv = node.op.downcast::<Conv2d>()?;
    let weights = node.input(1)?;
    let value = graph.constant(weights)?;
    let &[outputs, k_h, k_w, inputs] = value.shape().dims() else { return None };
    let Conv2d { stride, dilation, padding, .. } = *conv;
    let window = Window { kernel: [k_h, k_w], stride, dilation, padding };
    let (Window { kernel: [height, width], stride, dilation, padding }, [top, left]) =
        crop(window, extents(graph, node)?)?;
    let mut places = Vec::new();
    for output in 0..outputs {
        for row in top..top + height {
            let first = (output * k_h + row) * k_w;
            places.extend((first + left) * inputs..(first + left + width) * inputs);
        }
    }
    let value = value.pick([outputs, height, width, inputs], &places)?;
    let tensor = graph.tensor(weights);
    let tensor = Tensor::constant(tensor.name.clone(), value, tensor.ty.quant.clone());
    let op = Op::new(Conv2d { stride, padding, dilation, ..conv.clone() });
    let weights = graph.add_tensor(tensor);
    let node = graph.node_mut(id);
    node.op = op;
    node.inputs[1] = Some(weights);
    Some(())
}
