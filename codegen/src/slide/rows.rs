//! Which rows of a window are needed, kept and computed.

use std::collections::BTreeMap;
use std::ops::Range;

use super::times::{Going, Times};
use crate::compiled::WindowRows;
use crate::ir::{Along, Graph, TensorId};

/// The rows of tensors that somebody reads in each step, from the first to the last.
pub(super) type Needs = BTreeMap<TensorId, Range<usize>>;

/// How the needed rows of a tensor come about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Rows {
    /// Rows that are computed in front of those that are kept: padding reaches them.
    pub first: Range<usize>,
    /// Rows that are kept from the step before.
    pub kept: Range<usize>,
    /// Rows that are computed behind them: the new ones, and those that padding reaches.
    pub last: Range<usize>,
}

impl Rows {
    /// For a tensor of which these rows are needed.
    pub(super) fn new(going: &Going, needed: &Range<usize>) -> Rows {
        let kept =
            needed.start.max(going.same.start)..going.same.end.min(needed.end).saturating_sub(going.moves);
        match kept.is_empty() {
            true => Rows { first: 0..0, kept: 0..0, last: needed.clone() },
            false => Rows { first: needed.start..kept.start, last: kept.end..needed.end, kept },
        }
    }

    /// The rows that are computed.
    pub(super) fn computed(&self) -> impl Iterator<Item = &Range<usize>> {
        [&self.first, &self.last].into_iter().filter(|rows| !rows.is_empty())
    }
}

/// The rows of an operand that some rows of a result depend on, and how much padding lies in front of and behind them.
pub(super) fn operand_rows(rule: &Along, operand: &Going, rows: &Range<usize>) -> (Range<usize>, [usize; 2]) {
    let Along { reach, stride, before, .. } = *rule;
    let begin = (rows.start * stride).cast_signed() - before;
    let end = (rows.end.saturating_sub(1) * stride + reach).cast_signed() - before;
    let own = operand.rows.cast_signed();
    let padding = [(-begin).max(0), (end - own).max(0)].map(isize::cast_unsigned);
    (begin.clamp(0, own).cast_unsigned()..end.clamp(0, own).cast_unsigned(), padding)
}

/// The needed rows of all tensors that go along time.
pub(super) fn needs(graph: &Graph, times: &Times) -> Needs {
    let mut needs = Needs::new();
    let whole = |id: TensorId| times.going.get(&id).map(|going| 0..going.rows);
    for port in &graph.outputs {
        if let Some(rows) = whole(port.tensor) {
            need(&mut needs, port.tensor, rows);
        }
    }
    // The caller gives the new rows, whoever reads them.
    for port in &graph.inputs {
        if let Some(Going { rows, moves, .. }) = times.going.get(&port.tensor) {
            need(&mut needs, port.tensor, rows - moves..*rows);
        }
    }
    for &id in graph.order().iter().rev() {
        let node = graph.node(id);
        let Some(rule) = times.rules.get(&id) else {
            for operand in node.operands() {
                if let Some(rows) = whole(operand) {
                    need(&mut needs, operand, rows);
                }
            }
            continue;
        };
        let made =
            node.outputs.iter().find_map(|result| Some((times.going.get(result)?, needs.get(result)?)));
        let Some((going, needed)) = made else { continue };
        for rows in Rows::new(going, needed).computed() {
            for operand in node.operands() {
                if let Some(going) = times.going.get(&operand) {
                    need(&mut needs, operand, operand_rows(rule, going, rows).0);
                }
            }
        }
    }
    needs
}

/// What a step does with the rows of each tensor that is more than another shape of the one before.
pub(super) fn table(graph: &Graph, times: &Times) -> Vec<WindowRows> {
    let needs = needs(graph, times);
    let inputs = graph.inputs.iter().map(|port| port.tensor);
    let made = graph.nodes().flat_map(|(_, node)| &node.outputs).copied();
    let row = |id: TensorId| {
        let (going, needed) = (times.going.get(&id)?, needs.get(&id)?);
        let rows = Rows::new(going, needed);
        let computed = rows.computed().cloned().collect();
        let is_view = graph.producer(id).is_some_and(|node| graph.node(node).op.is_view());
        let tensor = graph.tensor(id).name.clone();
        (!is_view || !rows.kept.is_empty()).then_some(WindowRows {
            tensor,
            rows: going.rows,
            kept: rows.kept,
            computed,
        })
    };
    inputs.chain(made).filter_map(row).collect()
}

fn need(needs: &mut Needs, tensor: TensorId, rows: Range<usize>) {
    needs
        .entry(tensor)
        .and_modify(|all| *all = all.start.min(rows.start)..all.end.max(rows.end))
        .or_insert(rows);
}
