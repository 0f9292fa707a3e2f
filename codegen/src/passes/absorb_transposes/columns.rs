//! A fully connected layer takes its operand in whatever order it comes, if the columns of its weights are in the same order.

use super::chain::{constant_operand, follow};
use super::{sources, transpose};
use crate::ir::{Graph, Node, NodeId, Op, TensorId, Value};
use crate::ops::matrix::fully_connected::FullyConnected;
use crate::ops::movement::reshape::Reshape;
use crate::ops::quantisation::dequantize::Dequantize;

/// Reorders the weights of the layer at the end of the chain behind a transpose; the transpose becomes a reshape.
pub(super) fn reorder(graph: &mut Graph, id: NodeId) -> Option<()> {
    let (perm, source, start) = transpose(graph, id)?;
    let (chain, end) = follow(graph, start, true)?;
    let layer = graph.node(end);
    layer.op.downcast::<FullyConnected>()?;
    let (x, weights) = (layer.input(0)?, layer.input(1)?);
    let last = chain.last().map_or(Some(start), |&step| graph.node(step).outputs.first().copied())?;
    // One row holds all elements.
    let columns = graph.ty(weights).shape.channels();
    if x != last || graph.ty(x).shape.elements() != columns {
        return None;
    }
    let places = sources(&graph.ty(source).shape, &perm)?;

    let mut edits: Vec<(NodeId, usize, TensorId)> =
        vec![(end, 1, reordered_weights(graph, weights, &places)?)];
    let mut tensor = start;
    for &step in &chain {
        if let Some(index) = constant_operand(graph, step, tensor) {
            let constant = graph.node(step).input(index)?;
            let shape = graph.ty(tensor).shape.clone();
            let full = graph.constant(constant)?;
            if full.len() != 1 {
                let full = full.broadcast_to(&shape)?;
                edits.push((step, index, replaced(graph, constant, scattered(&full, &places)?)));
            }
        }
        tensor = *graph.node(step).outputs.first()?;
    }
    for (step, index, new) in edits {
        graph.node_mut(step).inputs[index] = Some(new);
    }
    let shape = graph.ty(start).shape.0.clone();
    graph.node_mut(id).op = Op::new(Reshape { shape });
    Some(())
}

/// Weights whose column `places[j]` is column `j` of the old ones; constant, or dequantised from a constant.
fn reordered_weights(graph: &mut Graph, weights: TensorId, places: &[i64]) -> Option<TensorId> {
    if let Some(value) = graph.constant(weights) {
        let value = scattered(value, places)?;
        return Some(replaced(graph, weights, value));
    }
    let producer = graph.producer(weights)?;
    let node = graph.node(producer);
    node.op.downcast::<Dequantize>()?;
    let stored = node.input(0)?;
    let value = scattered(graph.constant(stored)?, places)?;
    let name = node.name.clone();
    let stored = replaced(graph, stored, value);
    let mut real = graph.tensor(weights).clone();
    real.data = None;
    let result = graph.add_tensor(real);
    let conversion =
        Node { name, op: Op::new(Dequantize {}), inputs: vec![Some(stored)], outputs: vec![result] };
    graph.insert_after(producer, conversion);
    Some(result)
}

/// Each row of `places.len()` elements reordered: element `places[j]` of the result is element `j`.
fn scattered(value: &Value, places: &[i64]) -> Option<Value> {
    let width = places.len();
    let mut from = vec![0; width];
    for (j, &place) in places.iter().enumerate() {
        *from.get_mut(usize::try_from(place).ok()?)? = j;
    }
    let rows = value.len().checked_div(width)?;
    let indices: Vec<usize> = (0..rows).flat_map(|row| from.iter().map(move |j| row * width + j)).collect();
    value.pick(value.shape().clone(), &indices)
}

/// A copy of a constant with other elements; other nodes may read the old one.
fn replaced(graph: &mut Graph, old: TensorId, value: Value) -> TensorId {
    let mut tensor = graph.tensor(old).clone();
    tensor.ty.shape = value.shape().clone();
    tensor.data = Some(value.into());
    graph.add_tensor(tensor)
}
