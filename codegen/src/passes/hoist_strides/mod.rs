//! Computes only what is read: where every reader of a tensor takes each n-th row and m-th column alone, the operator before it
//! makes steps that are n and m times as long, and the readers none.
//!
//! Readers are convolutions and pools of one tap without padding, the operators before them convolutions and pools of any kind,
//! with elementwise operators between. The others that are computed are the very same.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{Graph, Node, NodeId, Op, Quant, TensorId};
use crate::ops::convolution::conv2d::Conv2d;
use crate::ops::pooling::average_pool2d::AveragePool2d;
use crate::ops::pooling::max_pool2d::MaxPool2d;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "hoist_strides", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    // Backwards: a stride may go on to the operator before.
    for id in graph.order().to_vec().into_iter().rev() {
        hoist(graph, id);
    }
    Ok(())
}

/// The stride of an operator on windows.
fn stride(op: &Op) -> Option<[usize; 2]> {
    let conv = op.downcast::<Conv2d>().map(|op| op.stride);
    let max = || op.downcast::<MaxPool2d>().map(|op| op.stride);
    conv.or_else(max).or_else(|| op.downcast::<AveragePool2d>().map(|op| op.stride))
}

fn with_stride(op: &Op, stride: [usize; 2]) -> Option<Op> {
    let conv = op.downcast::<Conv2d>().map(|op| Op::new(Conv2d { stride, ..op.clone() }));
    let max = || op.downcast::<MaxPool2d>().map(|op| Op::new(MaxPool2d { stride, ..op.clone() }));
    let average = || op.downcast::<AveragePool2d>().map(|op| Op::new(AveragePool2d { stride, ..op.clone() }));
    conv.or_else(max).or_else(average)
}

/// The steps in which a node skips rows and columns of its first operand, if it reads just these and one at a time.
fn skips(graph: &Graph, node: &Node) -> Option<[usize; 2]> {
    let op = &node.op;
    let (kernel, padding) = if let Some(conv) = op.downcast::<Conv2d>() {
        let &[_, height, width, _] = graph.ty(node.input(1)?).shape.dims() else { return None };
        ([height, width], conv.padding)
    } else if let Some(pool) = op.downcast::<MaxPool2d>() {
        (pool.kernel, pool.padding)
    } else {
        let pool = op.downcast::<AveragePool2d>()?;
        (pool.kernel, pool.padding)
    };
    stride(op).filter(|&stride| kernel == [1, 1] && padding == [0; 4] && stride != [1, 1])
}

/// Whether the node maps each element of `operand` by itself, whatever its place.
fn is_elementwise(graph: &Graph, node: &Node, operand: TensorId) -> bool {
    let uniform = |id: TensorId| !matches!(graph.ty(id).quant, Some(Quant::PerAxis { .. }));
    node.op.is_unary_elementwise()
        && node.input(0) == Some(operand)
        && node.outputs.iter().copied().chain([operand]).all(uniform)
        && node.inputs.iter().skip(1).flatten().all(|&other| graph.tensor(other).is_constant())
}

/// Moves the stride of the readers behind the node at `id` into it.
fn hoist(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    let own = stride(&node.op)?;
    let &[result] = node.outputs.as_slice() else { return None };
    let mut chain: Vec<TensorId> = vec![result];
    // Elementwise operators in between are only told of fewer elements.
    let readers = loop {
        let &last = chain.last()?;
        match graph.sole_consumer(last).map(|reader| graph.node(reader)) {
            Some(reader) if is_elementwise(graph, reader, last) => {
                chain.push(*reader.outputs.first()?);
            }
            _ if graph.leaves(last) => return None,
            _ => break graph.consumers(last),
        }
    };
    let last = *chain.last()?;
    let mut steps = None;
    for &reader in &readers {
        let node = graph.node(reader);
        let same = skips(graph, node).filter(|&own| steps.is_none_or(|steps| steps == own))?;
        if node.operands().filter(|&operand| operand == last).count() != 1 || node.input(0) != Some(last) {
            return None;
        }
        steps = Some(same);
    }
    let steps = steps?;
    let longer = |axis: usize| own[axis].checked_mul(steps[axis]);
    let op = with_stride(&graph.node(id).op, [longer(0)?, longer(1)?])?;
    for &tensor in &chain {
        let dims = &mut graph.tensor_mut(tensor).ty.shape.0;
        for (dim, step) in dims.iter_mut().skip(1).zip(steps) {
            *dim = dim.div_ceil(step);
        }
    }
    graph.node_mut(id).op = op;
    for reader in readers {
        let reader = graph.node_mut(reader);
        if let Some(op) = with_stride(&reader.op, [1, 1]) {
            reader.op = op;
        }
    }
    Some(())
}
