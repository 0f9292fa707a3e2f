//! What lies behind a transpose: operators that work element by element, each the only reader of the one before.

use super::{compose, remove_unread, transpose};
use crate::ir::{Graph, NodeId, Op, Quant, Shape, TensorId};
use crate::ops::elementwise::add::Add;
use crate::ops::elementwise::mul::Mul;
use crate::ops::elementwise::sub::Sub;
use crate::ops::movement::reshape::Reshape;
use crate::ops::movement::transpose::Transpose;
use crate::ops::quantisation::dequantize::Dequantize;
use crate::ops::quantisation::quantize::Quantize;

/// The operators behind `start` that do not care in which order the elements come, and the node that reads the last one's result.
/// With `shapes`, changes of shape are among them.
pub(super) fn follow(graph: &Graph, start: TensorId, shapes: bool) -> Option<(Vec<NodeId>, NodeId)> {
    let mut chain = Vec::new();
    let mut tensor = start;
    loop {
        let next = graph.sole_consumer(tensor)?;
        let node = graph.node(next);
        let (&[result], true) = (node.outputs.as_slice(), passes(graph, next, tensor, shapes)) else {
            return Some((chain, next));
        };
        chain.push(next);
        tensor = result;
    }
}

fn passes(graph: &Graph, id: NodeId, x: TensorId, shapes: bool) -> bool {
    let node = graph.node(id);
    if node.op.is::<Reshape>() {
        return shapes;
    }
    if node.op.is::<Quantize>() || node.op.is::<Dequantize>() || node.op.is_unary_elementwise() {
        let per_axis =
            |tensor: TensorId| graph.ty(tensor).quant.as_ref().is_some_and(|quant| quant.axis().is_some());
        return node.input(0) == Some(x)
            && !node.operands().chain(node.outputs.iter().copied()).any(per_axis);
    }
    constant_operand(graph, id, x).is_some()
}

/// The index of the constant operand of an elementwise operator whose other operand is `x` and has the result's shape.
pub(super) fn constant_operand(graph: &Graph, id: NodeId, x: TensorId) -> Option<usize> {
    let node = graph.node(id);
    if !(node.op.is::<Add>() || node.op.is::<Mul>() || node.op.is::<Sub>()) {
        return None;
    }
    let &[Some(a), Some(b)] = node.inputs.as_slice() else { return None };
    let (index, constant) = if a == x { (1, b) } else { (0, a) };
    let per_tensor = graph.ty(constant).quant.as_ref().is_none_or(|quant: &Quant| quant.axis().is_none());
    let same_shape = graph.ty(*node.outputs.first()?).shape == graph.ty(x).shape;
    (a != b && graph.tensor(constant).is_constant() && per_tensor && same_shape).then_some(index)
}

/// The first of two transposes with a chain between them is carried out behind the chain, where the second one is.
pub(super) fn meet(graph: &mut Graph, id: NodeId) -> Option<()> {
    let (first, source, start) = transpose(graph, id)?;
    let (chain, end) = follow(graph, start, false)?;
    let (second, _, _) = transpose(graph, end)?;
    let back = inverse(&first);
    let together = compose(&first, &second)?;
    if chain.is_empty() {
        // Merged by `simplify`.
        return None;
    }
    // Everything between works on the data in their first order.
    let mut tensor = start;
    let mut edits: Vec<(NodeId, usize, TensorId)> = Vec::new();
    for &step in &chain {
        if let Some(index) = constant_operand(graph, step, tensor) {
            let constant = graph.node(step).input(index)?;
            let moved = moved_constant(graph, constant, &back)?;
            edits.push((step, index, moved));
        }
        tensor = *graph.node(step).outputs.first()?;
    }
    for (step, index, moved) in edits {
        graph.node_mut(step).inputs[index] = Some(moved);
    }
    let shape = graph.ty(source).shape.clone();
    for &step in &chain {
        for input in graph.node_mut(step).inputs.iter_mut().flatten().filter(|input| **input == start) {
            *input = source;
        }
        let result = *graph.node(step).outputs.first()?;
        graph.tensor_mut(result).ty.shape = shape.clone();
    }
    graph.node_mut(end).op = Op::new(Transpose { perm: together });
    remove_unread(graph, start);
    Some(())
}

fn inverse(perm: &[usize]) -> Vec<usize> {
    (0..perm.len()).map(|axis| perm.iter().position(|&from| from == axis).unwrap_or(axis)).collect()
}

/// A constant operand as it lies before the transpose.
fn moved_constant(graph: &mut Graph, constant: TensorId, back: &[usize]) -> Option<TensorId> {
    let mut tensor = graph.tensor(constant).clone();
    let value = tensor.data.as_deref()?;
    if value.len() == 1 {
        return Some(constant);
    }
    let mut dims = value.shape().dims().to_vec();
    while dims.len() < back.len() {
        dims.insert(0, 1);
    }
    let moved = value.reshaped(Shape(dims))?.transposed(back)?;
    tensor.ty.shape = moved.shape().clone();
    tensor.data = Some(moved.into());
    Some(graph.add_tensor(tensor))
}
