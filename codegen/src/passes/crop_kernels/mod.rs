//! Drops the rows and columns of a convolution's kernel that lie in the padding wherever it is put: a 3×3 kernel over an image of one
//! row is 1×3.
//!
//! Outermost ones only, and only so many as the padding has.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{DType, Graph, NodeId, Op, Tensor};
use crate::ops::common::window::Window;
use crate::ops::convolution::conv2d::Conv2d;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "crop_kernels", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    for id in graph.order().to_vec() {
        crop(graph, id);
    }
    Ok(())
}

fn crop(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    let conv = node.op.downcast::<Conv2d>()?;
    let (image, weights, output) = (node.input(0)?, node.input(1)?, *node.outputs.first()?);
    // In floating point a tap in the padding is left out as well.
    if !matches!(graph.ty(image).dtype, DType::I8 | DType::F32) {
        return None;
    }
    let (&[_, in_h, in_w, _], &[_, out_h, out_w, _]) =
        (graph.ty(image).shape.dims(), graph.ty(output).shape.dims())
    else {
        return None;
    };
    let value = graph.constant(weights)?;
    let &[outputs, k_h, k_w, inputs] = value.shape().dims() else { return None };
    let Conv2d { stride, dilation, mut padding, .. } = *conv;
    let window = Window { kernel: [k_h, k_w], stride, dilation, padding };
    let mut kept = [(0, k_h), (0, k_w)];
    for (axis, (size, positions)) in [(in_h, out_h), (in_w, out_w)].into_iter().enumerate() {
        let (first, end) = &mut kept[axis];
        let meets =
            |tap: usize| (0..positions).any(|position| window.tap(axis, position, tap, size).is_some());
        let [before, behind] = [2 * axis, 2 * axis + 1];
        while *end - *first > 1 && !meets(*first) && padding[before] >= dilation[axis] {
            padding[before] -= dilation[axis];
            *first += 1;
        }
        while *end - *first > 1 && !meets(*end - 1) && padding[behind] >= dilation[axis] {
            padding[behind] -= dilation[axis];
            *end -= 1;
        }
    }
    let [(top, bottom), (left, right)] = kept;
    if (bottom - top, right - left) == (k_h, k_w) {
        return None;
    }
    let mut places = Vec::new();
    for output in 0..outputs {
        for row in top..bottom {
            let first = (output * k_h + row) * k_w;
            places.extend((first + left) * inputs..(first + right) * inputs);
        }
    }
    let value = value.pick([outputs, bottom - top, right - left, inputs], &places)?;
    let tensor = graph.tensor(weights);
    let tensor = Tensor::constant(tensor.name.clone(), value, tensor.ty.quant.clone());
    let op = Op::new(Conv2d { padding, ..conv.clone() });
    let weights = graph.add_tensor(tensor);
    let node = graph.node_mut(id);
    node.op = op;
    node.inputs[1] = Some(weights);
    Some(())
}
