//! The graph without the channels that do not stay.

use super::kept::Kept;
use crate::ir::{
    ChannelFlow, Graph, Interval, Intervals, Node, NodeId, Quant, Shape, Tensor, TensorId, Tie, Value,
    WeightedSums,
};

/// Drops all channels but the `kept` ones, and the nodes whose results have none.
pub(super) fn rewrite(graph: &mut Graph, flows: &[ChannelFlow], known: &Intervals, kept: &Kept) {
    for (id, flow) in graph.order().to_vec().into_iter().zip(flows) {
        let changes = |id: TensorId| kept[id.index()].contains(&false);
        let node = graph.node(id);
        if node.outputs.iter().all(|&output| kept[output.index()].iter().all(|kept| !kept)) {
            graph.remove_node(id);
            continue;
        }
        if !node.operands().chain(node.outputs.iter().copied()).any(changes) {
            continue;
        }
        let node = node.clone();
        let constants = match flow {
            ChannelFlow::Opaque => continue,
            ChannelFlow::Tied(ties) => tied(graph, &node, ties, kept),
            ChannelFlow::Weighted(sums) => weighted(graph, &node, sums, known, kept).unwrap_or_default(),
        };
        let inputs = &mut graph.node_mut(id).inputs;
        for (index, id) in constants {
            inputs.resize(inputs.len().max(index + 1), None);
            inputs[index] = Some(id);
        }
    }
    // Without the new constants, which are at the end.
    for (id, kept) in graph.tensor_ids().zip(kept) {
        if kept.contains(&false) {
            let left = kept.iter().filter(|&&kept| kept).count();
            if let Some(channels) = graph.tensor_mut(id).ty.shape.0.last_mut() {
                *channels = left;
            }
        }
    }
    for id in graph.order().to_vec() {
        resize(graph, id);
    }
}

/// The operator for the numbers of channels that are left.
fn resize(graph: &mut Graph, id: NodeId) {
    let node = graph.node(id);
    let &[output] = node.outputs.as_slice() else { return };
    let inputs: Vec<_> = node.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
    if let Some(op) = node.op.with_channels(&inputs, graph.ty(output).shape.channels()) {
        graph.node_mut(id).op = op;
    }
}

/// The indices that stay.
fn indices(kept: &[bool]) -> Vec<usize> {
    kept.iter().enumerate().filter(|&(_, &kept)| kept).map(|(index, _)| index).collect()
}

/// Constant operands of which each channel belongs to one of the result: those of the channels that stay.
fn tied(graph: &mut Graph, node: &Node, ties: &[Option<Tie>], kept: &Kept) -> Vec<(usize, TensorId)> {
    let Some(&output) = node.outputs.first() else { return Vec::new() };
    let kept = &kept[output.index()];
    let mut constants = Vec::new();
    for (index, (id, tie)) in node.inputs.iter().zip(ties).enumerate() {
        let (&Some(id), &Some(tie @ Tie::Along { .. })) = (id, tie) else { continue };
        let tensor = graph.tensor(id);
        let Some(value) = tensor.data.as_deref() else { continue };
        let mut own = vec![false; value.shape().channels()];
        for (channel, result) in tie.pairs(own.len(), kept.len()) {
            own[channel] |= kept[result];
        }
        let Some(value) = along_last(value, &indices(&own)) else { continue };
        let tensor = Tensor::constant(tensor.name.clone(), value, tensor.ty.quant.clone());
        constants.push((index, graph.add_tensor(tensor)));
    }
    constants
}

/// The elements at some places along the innermost axis.
fn along_last(value: &Value, places: &[usize]) -> Option<Value> {
    let channels = value.shape().channels();
    let blocks = value.len().checked_div(channels)?;
    let elements: Vec<usize> =
        (0..blocks).flat_map(|block| places.iter().map(move |place| block * channels + place)).collect();
    let (_, leading) = value.shape().dims().split_last()?;
    value.pick([leading, &[places.len()]].concat(), &elements)
}

/// Weights without the channels that go, biases with what constant ones add.
fn weighted(
    graph: &mut Graph,
    node: &Node,
    sums: &WeightedSums,
    known: &Intervals,
    kept: &Kept,
) -> Option<Vec<(usize, TensorId)>> {
    let (operand, output) = (node.input(0)?, *node.outputs.first()?);
    let (own, results) = (&kept[operand.index()], &kept[output.index()]);
    let (group_in, group_out) = (own.len() / sums.groups, results.len() / sums.groups);
    let (_, zero) = graph.ty(operand).per_tensor()?;
    let weights_id = node.input(sums.weights)?;
    let value = graph.constant(weights_id)?;
    let weights = value.as_i8()?;
    let intervals: &[Interval] = &known[operand.index()];
    let offset =
        |channel: usize| intervals.get(channel).and_then(|known| known.single()).map_or(0, |c| c - zero);
    // Within a group, so that a place of a weight is `(result · taps + tap) · group_in + place`.
    let split = |group: usize| -> (Vec<usize>, Vec<(usize, i32)>) {
        let (stay, go): (Vec<usize>, Vec<usize>) =
            (0..group_in).partition(|&place| own[group * group_in + place]);
        let offsets = go.into_iter().map(|place| (place, offset(group * group_in + place)));
        (stay, offsets.filter(|&(_, offset)| offset != 0).collect())
    };
    let groups: Vec<_> = (0..sums.groups).map(split).collect();
    let bias = node.input(sums.bias).and_then(|id| graph.constant(id)).and_then(|value| value.as_i32());
    let taps = sums.tap_count();
    let (mut places, mut biases, mut folded) = (Vec::new(), Vec::new(), false);
    let stay = indices(results);
    for &result in &stay {
        let (stay, offsets) = &groups[result / group_out];
        let mut sum = bias.map_or(0, |bias| bias[result]);
        for tap in 0..taps {
            let first = (result * taps + tap) * group_in;
            places.extend(stay.iter().map(|place| first + place));
            for &(place, offset) in offsets {
                sum = sum.wrapping_add(offset.wrapping_mul(weights[first + place].into()));
            }
        }
        folded |= sum != 0;
        biases.push(sum);
    }
    let mut shape = value.shape().0.clone();
    let of_group = own.iter().filter(|&&kept| kept).count()
        / groups.iter().filter(|(stay, _)| !stay.is_empty()).count().max(1);
    *shape.first_mut()? = stay.len();
    *shape.last_mut()? = *shape.last()? / group_in.max(1) * of_group;
    let value = value.pick(shape, &places)?;
    let weights = graph.tensor(weights_id);
    let weights = Tensor::constant(weights.name.clone(), value, selected(weights.ty.quant.as_ref(), &stay));
    let bias = match node.input(sums.bias) {
        Some(id) => Some((graph.tensor(id).name.clone(), selected(graph.ty(id).quant.as_ref(), &stay))),
        None => folded.then(|| (format!("{}/bias", node.name), None)),
    };
    let mut constants = vec![(sums.weights, graph.add_tensor(weights))];
    if let Some((name, quant)) = bias {
        let value = Value::i32(Shape(vec![stay.len()]), biases)?;
        constants.push((sums.bias, graph.add_tensor(Tensor::constant(name, value, quant))));
    }
    Some(constants)
}

/// The quantisation of the output channels that stay.
fn selected(quant: Option<&Quant>, channels: &[usize]) -> Option<Quant> {
    Some(match quant? {
        Quant::PerAxis { axis: 0, scales, zero_points } => Quant::PerAxis {
            axis: 0,
            scales: channels.iter().filter_map(|&channel| scales.get(channel).copied()).collect(),
            zero_points: channels.iter().filter_map(|&channel| zero_points.get(channel).copied()).collect(),
        },
        other => other.clone(),
    })
}
