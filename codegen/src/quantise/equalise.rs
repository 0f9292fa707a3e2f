//! Cross-layer equalisation: channel ranges are balanced between a convolution and the one that alone reads its result, so that
//! one scale per tensor loses less.
//!
//! M. Nagel et al., "Data-free quantization through weight equalization and bias correction" (2019). With `r1` and `r2` the
//! largest weights of a channel in the first and in the second layer, the first is divided and the second multiplied by
//! `sqrt(r1 / r2)`: exact in real numbers as long as the activation between them scales with its operand (none, or ReLU).

use std::sync::Arc;

use crate::ir::{Graph, NodeId, Op, Value};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::conv2d::Conv2d;

/// Ratios are kept within this factor: dead channels would otherwise go to infinity.
const LARGEST_FACTOR: f32 = 1e3;

pub(super) fn equalise(graph: &mut Graph) {
    for first in graph.order().to_vec() {
        if let Some(second) = partner(graph, first) {
            balance(graph, first, second);
        }
    }
}

/// The convolution that alone reads the result of `first`, if factors pass through `first`'s activation.
fn partner(graph: &Graph, first: NodeId) -> Option<NodeId> {
    let scales = |op: &Op| {
        op.downcast::<Conv2d>().is_some_and(|c| c.clamp == UNCLAMPED || c.clamp == [0.0, f32::INFINITY])
    };
    let node = graph.node(first);
    let second = graph.sole_consumer(*node.outputs.first()?)?;
    let next = graph.node(second);
    (scales(&node.op) && next.op.is::<Conv2d>() && next.input(0) == node.outputs.first().copied())
        .then_some(second)
}

fn balance(graph: &mut Graph, first: NodeId, second: NodeId) -> Option<()> {
    let weights = |graph: &Graph, node: NodeId| graph.constant(graph.node(node).input(1)?).cloned();
    let (w1, w2) = (weights(graph, first)?, weights(graph, second)?);
    let groups = graph.node(second).op.downcast::<Conv2d>()?.groups;
    let channels = w1.shape().dims()[0];
    let consumed = consumed_channel(&w2, groups);
    let r1 = largest(&w1, channels, w1.channel_of(Some(0)))?;
    let r2 = largest(&w2, channels, &consumed)?;
    let factors: Vec<f32> = r1
        .iter()
        .zip(&r2)
        .map(|(&a, &b)| {
            if a > 0.0 && b > 0.0 { (a / b).sqrt().clamp(1.0 / LARGEST_FACTOR, LARGEST_FACTOR) } else { 1.0 }
        })
        .collect();
    let channel = w1.channel_of(Some(0));
    scale(graph, first, 1, |i| 1.0 / factors[channel(i)])?;
    if graph.node(first).input(2).is_some() {
        scale(graph, first, 2, |i| 1.0 / factors[i])?;
    }
    scale(graph, second, 1, |i| factors[consumed(i)])
}

/// The input channel that the weight at a flat index of `[C_out, K_h, K_w, C_in / groups]` is applied to.
fn consumed_channel(weights: &Value, groups: usize) -> impl Fn(usize) -> usize + use<> {
    let (output, inner) = (weights.channel_of(Some(0)), weights.channel_of(Some(3)));
    let (group_in, group_out) =
        (weights.shape().dims()[3], (weights.shape().dims()[0] / groups.max(1)).max(1));
    move |i| output(i) / group_out * group_in + inner(i)
}

fn largest(weights: &Value, channels: usize, channel: impl Fn(usize) -> usize) -> Option<Vec<f32>> {
    let mut largest = vec![0.0f32; channels];
    for (i, w) in weights.as_f32()?.iter().enumerate() {
        let entry = largest.get_mut(channel(i))?;
        *entry = entry.max(w.abs());
    }
    Some(largest)
}

/// Multiplies the constant operand `index` of a node, in a copy of its own.
fn scale(graph: &mut Graph, node: NodeId, index: usize, factor: impl Fn(usize) -> f32) -> Option<()> {
    let id = graph.node(node).input(index)?;
    let mut tensor = graph.tensor(id).clone();
    let value = tensor.data.as_deref()?;
    let scaled = value.as_f32()?.iter().enumerate().map(|(i, x)| x * factor(i)).collect();
    tensor.data = Some(Arc::new(Value::f32(value.shape().clone(), scaled)?));
    let copy = graph.add_tensor(tensor);
    graph.node_mut(node).inputs[index] = Some(copy);
    Some(())
}
