//! The nodes that the outputs need, each behind those whose results it reads: files may list nodes in any order, and hold nodes that
//! nothing reads.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use super::proto::{GraphProto, NodeProto};
use super::read::node_name;
use crate::diagnostic::{Diagnostic, Place};

/// The nodes that the graph's outputs need, by their places.
pub(super) struct Order {
    /// Each behind those whose results it reads; where there is a choice, in the file's order.
    pub(super) nodes: Vec<usize>,
    /// Those that cannot be computed, because they read each other's results in a circle or read what such nodes compute.
    pub(super) waiting: BTreeSet<usize>,
    /// The fault that names the nodes of a circle.
    pub(super) circle: Option<Diagnostic>,
}

/// The order of the nodes that the graph's outputs need.
pub(super) fn needed(graph: &GraphProto) -> Order {
    let producers: BTreeMap<&str, usize> = (graph.node.iter().enumerate())
        .flat_map(|(index, node)| node.output.iter().map(move |name| (name.as_str(), index)))
        .filter(|(name, _)| !name.is_empty())
        .collect();
    let operands: Vec<BTreeSet<usize>> = graph
        .node
        .iter()
        .map(|node| reads(node).into_iter().filter_map(|name| producers.get(name).copied()).collect())
        .collect();
    let outputs = graph.output.iter().filter_map(|output| producers.get(output.name.as_str()).copied());
    let live = reachable(outputs.collect(), &operands);
    let mut open: Vec<usize> = operands.iter().map(BTreeSet::len).collect();
    let mut readers: Vec<Vec<usize>> = vec![Vec::new(); graph.node.len()];
    for &node in &live {
        for &operand in &operands[node] {
            readers[operand].push(node);
        }
    }
    let ready = live.iter().copied().filter(|&node| open[node] == 0);
    let mut ready: BinaryHeap<Reverse<usize>> = ready.map(Reverse).collect();
    let mut nodes = Vec::new();
    while let Some(Reverse(node)) = ready.pop() {
        nodes.push(node);
        for &reader in &readers[node] {
            open[reader] -= 1;
            if open[reader] == 0 {
                ready.push(Reverse(reader));
            }
        }
    }
    let waiting: BTreeSet<usize> = live.iter().copied().filter(|&node| open[node] > 0).collect();
    let circle = (!waiting.is_empty()).then(|| circle(graph, &waiting, &operands));
    Order { nodes, waiting, circle }
}

/// The nodes that can be reached from these over their operands.
fn reachable(from: Vec<usize>, operands: &[BTreeSet<usize>]) -> BTreeSet<usize> {
    let mut found: BTreeSet<usize> = from.iter().copied().collect();
    let mut open = from;
    while let Some(node) = open.pop() {
        open.extend(operands[node].iter().copied().filter(|&operand| found.insert(operand)));
    }
    found
}

/// Names the nodes of a circle: each of those that wait has an operand that waits.
fn circle(graph: &GraphProto, waiting: &BTreeSet<usize>, operands: &[BTreeSet<usize>]) -> Diagnostic {
    let mut path: Vec<usize> = waiting.first().copied().into_iter().collect();
    let waits = |node: &usize| waiting.contains(node);
    while let Some(next) = path.last().and_then(|&node| operands[node].iter().copied().find(waits)) {
        if let Some(start) = path.iter().position(|&node| node == next) {
            path.drain(..start);
            break;
        }
        path.push(next);
    }
    let most = 8;
    // In the order in which they are computed, from the file's first.
    path.reverse();
    let first = (0..path.len()).min_by_key(|&place| path[place]).unwrap_or(0);
    path.rotate_left(first);
    let names: Vec<String> = path.iter().take(most).map(|&node| node_name(graph, node)).collect();
    let more = if path.len() > most { format!(" and {} more", path.len() - most) } else { String::new() };
    let first = path.first().map(|&node| (node_name(graph, node), graph.node[node].op_type.as_str()));
    let (name, operator) = first.unwrap_or_default();
    let list: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    Diagnostic::error(format!(
        "the nodes {}{more} read each other's results in a circle: none can be computed first",
        list.join(", ")
    ))
    .at(Place::node(&name, operator))
    .help(
        "state that is kept from one inference to the next must be an input and an output of the model, which the option `state` ties",
    )
}

/// The names that a node reads: its operands, and what the graphs inside it take from around them.
pub(super) fn reads(node: &NodeProto) -> BTreeSet<&str> {
    let mut names: BTreeSet<&str> = node.input.iter().map(String::as_str).collect();
    for body in bodies(node) {
        names.extend(captured(body));
    }
    names.remove("");
    names
}

/// The graphs inside a node: branches, the body of a loop.
pub(super) fn bodies(node: &NodeProto) -> impl Iterator<Item = &GraphProto> {
    node.attribute.iter().flat_map(|attribute| attribute.g.as_deref().into_iter().chain(&attribute.graphs))
}

/// The names that a graph inside a node defines itself.
pub(super) fn defined(body: &GraphProto) -> impl Iterator<Item = &str> {
    let inputs = body.input.iter().map(|input| input.name.as_str());
    let constants = body.initializer.iter().map(|constant| constant.name.as_str());
    let results = body.node.iter().flat_map(|node| node.output.iter().map(String::as_str));
    inputs.chain(constants).chain(results).filter(|name| !name.is_empty())
}

fn captured(body: &GraphProto) -> BTreeSet<&str> {
    let own: BTreeSet<&str> = defined(body).collect();
    let mut names: BTreeSet<&str> = body.node.iter().flat_map(reads).collect();
    names.extend(body.output.iter().map(|output| output.name.as_str()));
    names.retain(|name| !own.contains(name));
    names
}
