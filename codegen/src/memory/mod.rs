//! The memory plan: where in the arena every tensor and every kernel's scratch lies, for how long, and which kernels run
//! backwards so that their results may lie over their operands.

mod layout;
mod liveness;
pub(crate) mod parts;
mod place;
mod search;
mod solve;

pub use liveness::{Buffer, BufferKind};

use crate::ir::{Graph, NodeId, TensorId};
use crate::kernel::KernelChoice;
use layout::Layout;
use liveness::Permission;
use std::collections::{BTreeSet, HashMap};
use tinyml_arith::overlap::Place;

/// Where everything lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The buffers with their places, in the order of their first use.
    pub buffers: Vec<Placed>,
    /// Size of the arena.
    pub arena_bytes: usize,
    /// No plan needs less with these kernels in this order: proven by exhaustive search, of the whole plan where the search
    /// came to its end, else of its steps one by one.
    pub lower_bound: usize,
    by_tensor: HashMap<TensorId, usize>,
    scratch: HashMap<NodeId, usize>,
    backward: BTreeSet<NodeId>,
}

/// A buffer with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The buffer.
    pub buffer: Buffer,
    /// Byte offset in the arena.
    pub offset: usize,
}

impl Placed {
    /// The bytes that it occupies.
    pub fn place(&self) -> Place {
        Place { offset: self.offset, bytes: self.buffer.bytes }
    }
}

impl Plan {
    /// Byte offset of a tensor; none for constants.
    pub fn offset(&self, tensor: TensorId) -> Option<usize> {
        self.by_tensor.get(&tensor).map(|&i| self.buffers[i].offset)
    }

    /// Byte offset of a node's scratch memory.
    pub fn scratch(&self, node: NodeId) -> Option<usize> {
        self.scratch.get(&node).map(|&i| self.buffers[i].offset)
    }

    /// Whether a node's kernel runs from the last element of its result to the first.
    pub fn is_backward(&self, node: NodeId) -> bool {
        self.backward.contains(&node)
    }

    /// The buffers that live during execution step `step`.
    pub fn live_at(&self, step: usize) -> impl Iterator<Item = &Placed> {
        self.buffers.iter().filter(move |placed| placed.buffer.first <= step && step <= placed.buffer.last)
    }

    /// Bytes of the arena that are in use during execution step `step`; where buffers overlap they count once.
    pub fn bytes_at(&self, step: usize) -> usize {
        let mut places: Vec<Place> = self.live_at(step).map(Placed::place).collect();
        places.sort_unstable_by_key(|place| place.offset);
        let (mut bytes, mut end) = (0, 0);
        for place in places {
            bytes += place.end().saturating_sub(end.max(place.offset));
            end = end.max(place.end());
        }
        bytes
    }
}

/// Plans the arena for a graph with these kernels (one choice per node, in execution order; none for views).
pub fn plan(graph: &Graph, choices: &[Option<KernelChoice>]) -> Plan {
    plan_with(graph, choices, solve::EFFORT)
}

/// For each step the bytes that no plan with these kernels in this order can do without in it, as far as a small effort proves it.
pub(crate) fn bytes_of_steps(graph: &Graph, choices: &[Option<KernelChoice>]) -> Vec<usize> {
    let (buffers, permissions) = liveness::buffers(graph, choices);
    let layout = Layout::new(&buffers, &permissions);
    (0..choices.len())
        .map(|step| solve::end_of_step(&layout, &buffers, step, solve::EFFORT / 64) as usize)
        .collect()
}

fn plan_with(graph: &Graph, choices: &[Option<KernelChoice>], effort: usize) -> Plan {
    let (buffers, permissions) = liveness::buffers(graph, choices);
    let layout = Layout::new(&buffers, &permissions);
    let solution = solve::solve(&layout, &buffers, effort);
    let mut plan = Plan {
        // The end is padded so that arenas of several models can lie side by side.
        arena_bytes: (layout.end(&solution.offsets) as usize).next_multiple_of(4),
        lower_bound: solution.bound as usize,
        by_tensor: HashMap::new(),
        scratch: HashMap::new(),
        buffers: Vec::new(),
        backward: BTreeSet::new(),
    };
    for (i, (buffer, offset)) in buffers.into_iter().zip(solution.offsets).enumerate() {
        match &buffer.kind {
            BufferKind::Tensors(tensors) => plan.by_tensor.extend(tensors.iter().map(|&t| (t, i))),
            BufferKind::Scratch(node) => _ = plan.scratch.insert(*node, i),
        }
        plan.buffers.push(Placed { buffer, offset: offset as usize });
    }
    plan.backward = backward(&plan, &permissions);
    plan
}

/// The nodes whose kernels are right for the planned places only when they run backwards.
fn backward(plan: &Plan, permissions: &[Permission]) -> BTreeSet<NodeId> {
    let place = |buffer: usize| plan.buffers[buffer].place();
    let of_node = |node| permissions.iter().filter(|p| p.node == node).collect::<Vec<_>>();
    let nodes: BTreeSet<NodeId> = permissions.iter().map(|permission| permission.node).collect();
    nodes.into_iter().filter(|&node| !layout::permit(&of_node(node), place, false)).collect()
}

#[cfg(test)]
mod test;
