//! What is computed on the images of a batch, on the image that they were made of.
//!
//! Converters write a dilated convolution as SPACE_TO_BATCH_ND, a convolution of each image, BATCH_TO_SPACE_ND. The images have every `b`-th row
//! and column, so that neighbours in one of them are `b` apart in the whole: a convolution of the whole with taps and padding `b` times as far apart
//! gives the same sums, element by element. Functions of single elements, and axes of extent 1 that come and go, may stand between.

use crate::ir::{Graph, Node, NodeId, Op, Shape, TensorId, TensorType};
use crate::ops::convolution::conv2d::Conv2d;
use crate::ops::movement::batch_to_space::BatchToSpace;
use crate::ops::movement::reshape::Reshape;
use crate::ops::movement::space_to_batch::SpaceToBatch;

/// Takes all batches apart that are made of blocks, computed on and put together again.
pub fn fold(graph: &mut Graph) {
    for id in graph.order().to_vec() {
        unbatch(graph, id);
    }
}

/// A step between the two movements as it is for the whole image: operator and result.
struct Step {
    node: NodeId,
    op: Op,
    result: TensorType,
}

/// An axis of blocks, and how many places they have.
type Blocked = (usize, usize);

fn unbatch(graph: &mut Graph, end: NodeId) -> Option<()> {
    let blocks = &graph.node(end).op.downcast::<BatchToSpace>()?.blocks;
    let (nodes, begin) = between(graph, end, blocks)?;
    let whole = graph.node(begin).input(0)?;
    let mut axes: Vec<Blocked> = blocks.iter().enumerate().map(|(axis, &block)| (axis + 1, block)).collect();
    let mut operand = graph.tensor(whole).clone();
    let mut steps = Vec::new();
    for node in nodes {
        let (op, after) = unbatched(graph, graph.node(node), &operand.ty, &axes)?;
        let old = *graph.node(node).outputs.first()?;
        let mut inputs: Vec<_> = graph.node(node).inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
        *inputs.first_mut()? = Some(&operand);
        let inferred = op.infer(&inputs).ok()?.into_iter().next()?;
        let result = TensorType { quant: graph.ty(old).quant.clone(), ..inferred };
        if taken_apart(&result.shape, &after)? != graph.ty(old).shape {
            return None;
        }
        operand.ty = result.clone();
        (operand.data, axes) = (None, after);
        steps.push(Step { node, op, result });
    }
    let output = *graph.node(end).outputs.first()?;
    let last = steps.last()?;
    if last.result != *graph.ty(output) {
        return None;
    }
    graph.remove_node(end);
    let mut input = whole;
    let count = steps.len();
    for (number, Step { node, op, result }) in steps.into_iter().enumerate() {
        let node = graph.node_mut(node);
        node.op = op;
        node.inputs[0] = Some(input);
        if number + 1 == count {
            node.outputs = vec![output];
        } else {
            input = node.outputs[0];
            graph.tensor_mut(input).ty = result;
        }
    }
    let batch = *graph.node(begin).outputs.first()?;
    if graph.consumers(batch).is_empty() && !graph.leaves(batch) {
        graph.remove_node(begin);
    }
    Some(())
}

/// The nodes between a `batch_to_space` and the `space_to_batch` that made the batch, in order, and that one; none if anybody else reads what
/// they compute.
fn between(graph: &Graph, end: NodeId, blocks: &[usize]) -> Option<(Vec<NodeId>, NodeId)> {
    let (mut nodes, mut reader) = (Vec::new(), end);
    loop {
        let tensor: TensorId = graph.node(reader).input(0)?;
        let producer = graph.producer(tensor)?;
        let node = graph.node(producer);
        if let Some(begin) = node.op.downcast::<SpaceToBatch>() {
            nodes.reverse();
            return (begin.blocks == blocks).then_some((nodes, producer));
        }
        if graph.sole_consumer(tensor) != Some(reader) || graph.leaves(tensor) || node.outputs.len() != 1 {
            return None;
        }
        nodes.push(producer);
        reader = producer;
    }
}

/// The operator of a node for the whole image, which has blocks along `axes`, and the axes of the result's blocks.
fn unbatched(graph: &Graph, node: &Node, whole: &TensorType, axes: &[Blocked]) -> Option<(Op, Vec<Blocked>)> {
    if let Some(conv) = node.op.downcast::<Conv2d>() {
        return Some((Op::new(dilated(conv, axes)?), axes.to_vec()));
    }
    if let Some(reshape) = node.op.downcast::<Reshape>() {
        let batch = taken_apart(&whole.shape, axes)?;
        let after = axes.iter().map(|&(axis, block)| Some((same_axis(&batch, &reshape.shape, axis)?, block)));
        let after: Vec<Blocked> = after.collect::<Option<_>>()?;
        let mut shape = reshape.shape.clone();
        let places: usize = after.iter().map(|&(_, block)| block).product();
        *shape.first_mut()? /= places;
        after.iter().for_each(|&(axis, block)| shape[axis] *= block);
        return Some((Op::new(Reshape { shape }), after));
    }
    let along_channels = |id: &TensorId| {
        let tensor = graph.tensor(*id);
        let outer = tensor.ty.shape.dims().split_last().is_none_or(|(_, outer)| outer.iter().all(|&extent| extent == 1));
        tensor.is_constant() && outer && axes.iter().all(|&(axis, _)| axis + 1 < whole.shape.rank())
    };
    let others = node.operands().skip(1).all(|id| along_channels(&id));
    (node.op.is_elementwise() && others).then(|| (node.op.clone(), axes.to_vec()))
}

/// The convolution of the whole.
fn dilated(conv: &Conv2d, axes: &[Blocked]) -> Option<Conv2d> {
    let mut conv = conv.clone();
    for &(axis, block) in axes.iter().filter(|&&(_, block)| block > 1) {
        let axis = [1, 2].iter().position(|&own| own == axis)?;
        if conv.stride[axis] != 1 {
            return None;
        }
        conv.dilation[axis] = conv.dilation[axis].checked_mul(block)?;
        for side in [2 * axis, 2 * axis + 1] {
            conv.padding[side] = conv.padding[side].checked_mul(block)?;
        }
    }
    Some(conv)
}

/// The shape of the batch that is made of a whole with blocks along these axes.
fn taken_apart(whole: &Shape, axes: &[Blocked]) -> Option<Shape> {
    let mut batch = whole.clone();
    for &(axis, block) in axes {
        let extent = batch.0.get_mut(axis).filter(|extent| extent.is_multiple_of(block))?;
        *extent /= block;
        *batch.0.first_mut()? *= block;
    }
    Some(batch)
}

/// The axis of `to` that `axis` of `from` is, where they differ in axes of extent 1 behind the first alone.
fn same_axis(from: &Shape, to: &[usize], axis: usize) -> Option<usize> {
    let wide = |dims: &[usize]| -> Vec<usize> { (1..dims.len()).filter(|&axis| dims[axis] != 1).collect() };
    let (own, other) = (wide(from.dims()), wide(to));
    let extents = |dims: &[usize], axes: &[usize]| axes.iter().map(|&axis| dims[axis]).collect::<Vec<_>>();
    if from.dims().first() != to.first() || extents(from.dims(), &own) != extents(to, &other) {
        return None;
    }
    own.iter().position(|&wide| wide == axis).map(|place| other[place])
}
