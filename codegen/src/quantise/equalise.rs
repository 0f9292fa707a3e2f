//! Cross-layer equalisation: channel ranges are balanced between a layer and the one that alone reads its result, so that one scale
//! per tensor loses less.
//!
//! M. Nagel et al., "Data-free quantization through weight equalization and bias correction" (2019). With `r1` and `r2` the
//! largest weights of a channel in the first and in the second layer, the first (with its bias) is divided and the second multiplied
//! by `sqrt(r1 / r2)`: exact in real numbers as long as what is between them scales with its operand. That is so without an
//! activation, with ReLU and leaky ReLU, and through pooling, padding with zeros, means over positions and reshapes. As in the paper,
//! all pairs are balanced again and again until nothing changes.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::ir::{Graph, Node, NodeId, Op, Value};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::convolution::conv2d::Conv2d;
use crate::ops::elementwise::clamp::Clamp;
use crate::ops::elementwise::leaky_relu::LeakyRelu;
use crate::ops::matrix::fully_connected::FullyConnected;
use crate::ops::movement::pad::Pad;
use crate::ops::movement::reshape::Reshape;
use crate::ops::pooling::average_pool2d::AveragePool2d;
use crate::ops::pooling::max_pool2d::MaxPool2d;
use crate::ops::reduction::mean::Mean;

/// Factors of one step are kept within this: a channel that is nearly dead would otherwise go to infinity.
const LARGEST_FACTOR: f32 = 1e3;

/// Balancing ends when no factor differs from 1 by more than this,
const CONVERGED: f32 = 1e-3;

/// or after so many rounds (chains of layers converge geometrically).
const ROUNDS: usize = 20;

/// Balances all pairs of layers.
pub(super) fn equalise(graph: &mut Graph) {
    let pairs: Vec<(NodeId, NodeId)> =
        graph.order().iter().filter_map(|&first| Some((first, partner(graph, first)?))).collect();
    let layers: BTreeSet<NodeId> = pairs.iter().flat_map(|&(first, second)| [first, second]).collect();
    for layer in layers {
        own_constants(graph, layer);
    }
    for _ in 0..ROUNDS {
        let changes = pairs.iter().filter_map(|&(first, second)| balance(graph, first, second));
        if changes.fold(0.0, f32::max) < CONVERGED {
            return;
        }
    }
}

/// The layer that alone reads the result of `first`, if factors per channel pass through what is between them.
fn partner(graph: &Graph, first: NodeId) -> Option<NodeId> {
    let layer = graph.node(first);
    if !is_scaled_by_clamp(clamp_of_layer(&layer.op)?) {
        return None;
    }
    let mut result = *layer.outputs.first()?;
    let channels = graph.ty(result).shape.channels();
    loop {
        let next = graph.sole_consumer(result)?;
        let node = graph.node(next);
        if node.input(0) != Some(result) || node.inputs.iter().skip(1).any(|&id| id == Some(result)) {
            return None;
        }
        if clamp_of_layer(&node.op).is_some() {
            return Some(next);
        }
        if !lets_factors_through(graph, node, channels) {
            return None;
        }
        result = *node.outputs.first()?;
    }
}

/// The fused activation of an operator with weights.
fn clamp_of_layer(op: &Op) -> Option<[f32; 2]> {
    let conv = op.downcast::<Conv2d>().map(|conv| conv.clamp);
    conv.or_else(|| op.downcast::<FullyConnected>().map(|layer| layer.clamp))
}

/// Whether `clamp(f · x) = f · clamp(x)` for positive factors: no activation, or ReLU.
fn is_scaled_by_clamp(clamp: [f32; 2]) -> bool {
    clamp == UNCLAMPED || clamp == [0.0, f32::INFINITY]
}

/// Whether the result is multiplied by the factors that the operand's channels are multiplied by. Channels are innermost: an
/// element's is its flat index modulo their number, whatever the shape.
fn lets_factors_through(graph: &Graph, node: &Node, channels: usize) -> bool {
    let op = &node.op;
    if op.is::<Reshape>() || op.is::<LeakyRelu>() {
        return true;
    }
    if let Some(clamp) = op.downcast::<Clamp>() {
        return is_scaled_by_clamp([clamp.min, clamp.max]);
    }
    // What is left works along axes, and must not mix channels after a reshape.
    let Some(shape) = node.input(0).map(|id| &graph.ty(id).shape) else { return false };
    let innermost = shape.rank().saturating_sub(1);
    if channels == 0 || !shape.channels().is_multiple_of(channels) {
        return false;
    }
    if let Some(pool) = op.downcast::<MaxPool2d>() {
        return is_scaled_by_clamp(pool.clamp);
    }
    if let Some(pool) = op.downcast::<AveragePool2d>() {
        return is_scaled_by_clamp(pool.clamp);
    }
    if let Some(pad) = op.downcast::<Pad>() {
        let width = |extents: &[usize]| extents.get(innermost).copied().unwrap_or(0);
        return pad.value == 0.0 && width(&pad.before) == 0 && width(&pad.after) == 0;
    }
    op.downcast::<Mean>().is_some_and(|mean| !mean.axes.contains(&innermost))
}

/// Balances a pair; the largest deviation of a factor from 1. None if nothing can be done.
fn balance(graph: &mut Graph, first: NodeId, second: NodeId) -> Option<f32> {
    let (weights1, weights2) = (graph.node(first).input(1)?, graph.node(second).input(1)?);
    let (w1, w2) = (graph.constant(weights1)?, graph.constant(weights2)?);
    let &channels = w1.shape().dims().first()?;
    let produced = w1.channel_of(Some(0));
    let consumed = consumed_channel(&graph.node(second).op, w2, channels)?;
    let factor = |(&a, &b): (&f32, &f32)| {
        let usable = a > 0.0 && b > 0.0 && a.is_finite() && b.is_finite();
        if usable { (a / b).sqrt().clamp(1.0 / LARGEST_FACTOR, LARGEST_FACTOR) } else { 1.0 }
    };
    let (r1, r2) = (largest(w1, channels, &produced)?, largest(w2, channels, &consumed)?);
    let factors: Vec<f32> = r1.iter().zip(&r2).map(factor).collect();
    let of = |channel: usize| factors.get(channel).copied().unwrap_or(1.0);
    // Nothing is changed before all is known to be a constant.
    let mut scaled = vec![
        (weights1, rescale(w1, |i| 1.0 / of(produced(i)))?),
        (weights2, rescale(w2, |i| of(consumed(i)))?),
    ];
    if let Some(bias) = graph.node(first).input(2) {
        scaled.push((bias, rescale(graph.constant(bias)?, |i| 1.0 / of(i))?));
    }
    for (id, value) in scaled {
        graph.tensor_mut(id).data = Some(Arc::new(value));
    }
    Some(factors.iter().fold(0.0, |largest, f| largest.max((f - 1.0).abs())))
}

/// The channel of the first layer that the second layer's weight at a flat index is applied to; none if it is not one.
fn consumed_channel(op: &Op, weights: &Value, channels: usize) -> Option<impl Fn(usize) -> usize + use<>> {
    let (dims, output) = (weights.shape().dims(), weights.channel_of(Some(0)));
    let (&outputs, &inner) = (dims.first()?, dims.last()?);
    let groups = op.downcast::<Conv2d>().map_or(1, |conv| conv.groups).max(1);
    // Of a grouped convolution, each group of results reads its own operands. A row of a fully connected layer may hold
    // several positions with all their channels.
    let rows_are_whole = channels > 0 && (inner * groups).is_multiple_of(channels);
    let group_outputs = (outputs / groups).max(1);
    rows_are_whole
        .then_some(move |i: usize| (output(i) / group_outputs * inner + i % inner.max(1)) % channels)
}

fn largest(weights: &Value, channels: usize, channel: impl Fn(usize) -> usize) -> Option<Vec<f32>> {
    let mut largest = vec![0.0f32; channels];
    for (i, w) in weights.as_f32()?.iter().enumerate() {
        let entry = largest.get_mut(channel(i))?;
        *entry = entry.max(w.abs());
    }
    Some(largest)
}

fn rescale(value: &Value, factor: impl Fn(usize) -> f32) -> Option<Value> {
    let scaled = value.as_f32()?.iter().enumerate().map(|(i, x)| x * factor(i)).collect();
    Value::f32(value.shape().clone(), scaled)
}

/// Gives a layer weights and a bias of its own: others may share the old ones.
fn own_constants(graph: &mut Graph, layer: NodeId) {
    for index in [1, 2] {
        if let Some(old) = graph.node(layer).input(index).filter(|&id| graph.tensor(id).is_constant()) {
            let copy = graph.add_tensor(graph.tensor(old).clone());
            if let Some(input) = graph.node_mut(layer).inputs.get_mut(index) {
                *input = Some(copy);
            }
        }
    }
}
