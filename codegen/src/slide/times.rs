//! Which tensors go along time, and which of their rows are rows of the window before.

use std::collections::BTreeMap;
use std::ops::Range;

use crate::ir::{Along, Graph, NodeId, Op, TensorId};

/// A tensor that goes along time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Going {
    /// Its axis of time.
    pub axis: usize,
    /// How many rows it has.
    pub rows: usize,
    /// By how many rows it moves on with each step.
    pub moves: usize,
    /// The rows that no padding reaches: row `r` is row `r + moves` of the window before where both are among them.
    pub same: Range<usize>,
}

/// How the tensors of a graph go along time.
#[derive(Debug, Default)]
pub(super) struct Times {
    /// The tensors that do.
    pub going: BTreeMap<TensorId, Going>,
    /// The nodes that make them, and how.
    pub rules: BTreeMap<NodeId, Along>,
}

impl Times {
    /// For an input that goes along its axis `axis` by `step` rows. Nodes that are not `chosen` make whole tensors.
    pub(super) fn new(graph: &Graph, axis: usize, step: usize, chosen: &dyn Fn(NodeId) -> bool) -> Times {
        let mut times = Times::default();
        for port in &graph.inputs {
            let rows = graph.ty(port.tensor).shape.dims()[axis];
            times.going.insert(port.tensor, Going { axis, rows, moves: step, same: 0..rows });
        }
        for id in graph.order().iter().copied().filter(|&id| chosen(id)) {
            if let Some((result, rule, going)) = times.result(graph, id) {
                times.going.insert(result, going);
                times.rules.insert(id, rule);
            }
        }
        times
    }

    /// The node's result, if it goes along time.
    fn result(&self, graph: &Graph, id: NodeId) -> Option<(TensorId, Along, Going)> {
        let node = graph.node(id);
        let &[result] = node.outputs.as_slice() else { return None };
        let inputs: Vec<_> = node.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
        let operands: Vec<Option<&Going>> =
            node.inputs.iter().map(|id| id.and_then(|id| self.going.get(&id))).collect();
        // What is computed, but not along time, may be another with each window.
        let steady = |(id, going): (&Option<TensorId>, &Option<&Going>)| {
            going.is_some() || id.is_none_or(|id| graph.tensor(id).is_constant())
        };
        let is_steady = node.inputs.iter().zip(&operands).all(steady);
        let axes: Vec<Option<usize>> = operands.iter().map(|going| going.map(|going| going.axis)).collect();
        if !is_steady || axes.iter().all(Option::is_none) {
            return None;
        }
        let rule = node.op.along(&inputs, graph.ty(result), &axes)?;
        let rows = *graph.ty(result).shape.dims().get(rule.axis)?;
        let mut all = operands.iter().flatten();
        let first = through(all.next()?, &rule, rows)?;
        let going = all.try_fold(first, |met: Going, other| {
            let other = through(other, &rule, rows)?;
            let same = met.same.start.max(other.same.start)..met.same.end.min(other.same.end);
            (met.moves == other.moves).then_some(Going { same, ..met })
        })?;
        // One row is a whole tensor.
        (rows > 1).then_some((result, rule, going))
    }
}

/// A result with so many rows, as far as one operand says.
fn through(operand: &Going, rule: &Along, rows: usize) -> Option<Going> {
    let Along { axis, reach, stride, before } = *rule;
    if !operand.moves.is_multiple_of(stride) {
        return None;
    }
    // The rows that depend on rows of the operand that are the same alone.
    let first = (operand.same.start.cast_signed() + before).max(0).cast_unsigned().div_ceil(stride);
    let last =
        (operand.same.end.cast_signed() - reach.cast_signed() + before).div_euclid(stride.cast_signed());
    let end = (last + 1).clamp(0, rows.cast_signed()).cast_unsigned();
    Some(Going { axis, rows, moves: operand.moves / stride, same: first.min(end)..end })
}

/// The least step with which every tensor that goes along time moves by whole rows, apart from those that have none left to keep then.
pub(super) fn least_step(graph: &Graph, axis: usize) -> usize {
    let window = graph.inputs.first().map_or(0, |port| graph.ty(port.tensor).shape.dims()[axis]);
    // Strides divide a step of no rows, whatever they are.
    let times = Times::new(graph, axis, 0, &|_| true);
    let mut rates: BTreeMap<TensorId, usize> = graph.inputs.iter().map(|port| (port.tensor, 1)).collect();
    let mut step = 1;
    for id in graph.order() {
        let Some(rule) = times.rules.get(id) else { continue };
        let node = graph.node(*id);
        let Some(rate) = node.operands().find_map(|operand| rates.get(&operand)) else { continue };
        let rate = rate.saturating_mul(rule.stride);
        rates.extend(node.outputs.iter().map(|&result| (result, rate)));
        let both = least_common_multiple(step, rate);
        step = both.filter(|&both| both < window).unwrap_or(step);
    }
    step
}

fn least_common_multiple(a: usize, b: usize) -> Option<usize> {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x.max(1)).checked_mul(b)
}

/// The operator for `places` rows of a result with padding in front of and behind its operands.
pub(super) fn part(op: &Op, rule: &Along, padding: [usize; 2], places: usize) -> Op {
    op.part(rule.axis, padding, places).unwrap_or_else(|| op.clone())
}
