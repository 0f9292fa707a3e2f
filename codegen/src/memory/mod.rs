//! The memory plan: where in the arena every tensor and every kernel's scratch lies, and for how long.

mod liveness;
mod offsets;

pub use liveness::{Buffer, BufferKind};

use crate::ir::{Graph, NodeId, TensorId};
use crate::kernel::KernelChoice;
use std::collections::HashMap;

/// Where everything lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The buffers with their places, in the order of their first use.
    pub buffers: Vec<Placed>,
    /// Size of the arena.
    pub arena_bytes: usize,
    /// No plan can need less for this order of execution: the largest sum of buffers that live at the same time.
    pub lower_bound: usize,
    by_tensor: HashMap<TensorId, usize>,
    scratch: HashMap<NodeId, usize>,
}

/// A buffer with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    /// The buffer.
    pub buffer: Buffer,
    /// Byte offset in the arena.
    pub offset: usize,
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

    /// The buffers that live during execution step `step`.
    pub fn live_at(&self, step: usize) -> impl Iterator<Item = &Placed> {
        self.buffers.iter().filter(move |placed| placed.buffer.first <= step && step <= placed.buffer.last)
    }

    /// Bytes that live during execution step `step`.
    pub fn bytes_at(&self, step: usize) -> usize {
        self.live_at(step).map(|placed| placed.buffer.bytes).sum()
    }
}

/// Plans the arena for a graph with these kernels (one choice per node, in execution order; none for views).
pub fn plan(graph: &Graph, choices: &[Option<KernelChoice>]) -> Plan {
    let buffers = liveness::buffers(graph, choices);
    let steps = choices.len().max(1);
    let lower_bound = (0..steps)
        .map(|step| buffers.iter().filter(|b| b.first <= step && step <= b.last).map(|b| b.bytes).sum())
        .max()
        .unwrap_or(0);
    let offsets = offsets::place(&buffers);
    let end = buffers.iter().zip(&offsets).map(|(b, offset)| offset + b.bytes).max().unwrap_or(0);
    let mut plan = Plan {
        // The end is padded so that arenas of several models can lie side by side.
        arena_bytes: end.next_multiple_of(4),
        lower_bound,
        by_tensor: HashMap::new(),
        scratch: HashMap::new(),
        buffers: Vec::new(),
    };
    for (i, (buffer, offset)) in buffers.into_iter().zip(offsets).enumerate() {
        match &buffer.kind {
            BufferKind::Tensors(tensors) => plan.by_tensor.extend(tensors.iter().map(|&t| (t, i))),
            BufferKind::Scratch(node) => _ = plan.scratch.insert(*node, i),
        }
        plan.buffers.push(Placed { buffer, offset });
    }
    plan
}

#[cfg(test)]
mod test;
