//! Up to which node a step computes rows; what lies behind computes with whole tensors.

use std::collections::BTreeSet;

use super::build::build;
use super::rows;
use super::times::Times;
use crate::compiled::{Compiled, WindowRows};
use crate::diagnostic::Diagnostics;
use crate::ir::{Graph, NodeId};
use crate::passes;
use crate::stream::choose::cycles;

/// How many ways to divide the graph are compared by their work; so that long models do not take long.
const WAYS: usize = 48;

/// The fastest way to compute a step that was found, and what it does with the rows of the window.
///
/// Of all places in the order of the nodes where rows may end, the one with the least [`work`] is compiled, and, to be sure, the two ways that do
/// without: all that goes along time by rows, and nothing.
pub(super) fn best(
    graph: &Graph,
    axis: usize,
    step: usize,
    lower: &dyn Fn(&Graph) -> Result<Compiled, Diagnostics>,
) -> Result<(Compiled, Vec<WindowRows>), Diagnostics> {
    let all = Times::new(graph, axis, step, &|_| true);
    let going: Vec<NodeId> = graph.order().iter().copied().filter(|id| all.rules.contains_key(id)).collect();
    let times_up_to = |count: usize| {
        let chosen: BTreeSet<NodeId> = going[..count].iter().copied().collect();
        Times::new(graph, axis, step, &|id| chosen.contains(&id))
    };
    let apart = going.len().div_ceil(WAYS).max(1);
    let ways = (1..going.len()).step_by(apart).chain([0, going.len()]);
    let least = ways.min_by_key(|&count| work(&build(graph, &times_up_to(count)))).unwrap_or(0);
    let mut counts = vec![least, going.len(), 0];
    counts.dedup();
    let mut found: Option<(Compiled, usize)> = None;
    let mut faults = Diagnostics::default();
    for count in counts {
        let mut by_rows = build(graph, &times_up_to(count));
        passes::run(passes::OPTIMISE, &mut by_rows, &mut |_, _| {})?;
        match lower(&by_rows) {
            Ok(compiled) if found.as_ref().is_none_or(|(best, _)| cycles(&compiled) < cycles(best)) => {
                found = Some((compiled, count));
            }
            Ok(_) => {}
            Err(refused) => faults = refused,
        }
    }
    let (compiled, count) = found.ok_or(faults)?;
    Ok((compiled, rows::table(graph, &times_up_to(count))))
}

/// What a graph costs, roughly, on any core: its multiply-accumulates, and the elements that its nodes read and write.
fn work(graph: &Graph) -> u64 {
    let elements = |id| graph.ty(id).shape.elements() as u64;
    let of_node = |(_, node): (_, &crate::ir::Node)| {
        if node.op.is_view() {
            return 0;
        }
        let moved: u64 = node.outputs.iter().map(|&id| elements(id)).sum();
        node.macs(graph) + 4 * moved
    };
    graph.nodes().map(of_node).sum()
}
