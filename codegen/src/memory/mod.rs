//! The memory plan: where in the arena every tensor and every kernel's scratch lies, for how long, and which kernels run
//! backwards so that their results may lie over their operands. States lie apart, so that models can share an arena.

mod layout;
mod liveness;
pub(crate) mod parts;
mod place;
mod search;
mod solve;
mod space;
mod states;
mod sweep;

pub use liveness::{Buffer, BufferKind};
pub(crate) use states::store;

use crate::ir::{Graph, NodeId, TensorId};
use crate::kernel::KernelChoice;
use layout::Layout;
use liveness::Permission;
use space::Space;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use tinyml_arith::overlap::{Place, STATE_ALIGN};

/// Where everything lies.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// The buffers of the arena with their places, in the order of their first use.
    pub buffers: Vec<Placed>,
    /// Size of the arena.
    pub arena_bytes: usize,
    /// The states' buffers, in the graph's order. Their offsets go on behind the arena, from a multiple of 16 on.
    pub states: Vec<Placed>,
    /// Size of the memory that the states lie in; none if there are none.
    pub state_bytes: usize,
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
    /// Byte offset in the arena, or behind it.
    pub offset: usize,
}

impl Placed {
    /// The bytes that it occupies.
    pub fn place(&self) -> Place {
        Place { offset: self.offset, bytes: self.buffer.bytes }
    }

    fn range(&self) -> Range<i64> {
        let place = self.place();
        place.offset as i64..place.end() as i64
    }
}

impl Plan {
    /// Byte offset of a tensor; none for constants. Those of states begin at [`state_offset`](Self::state_offset).
    pub fn offset(&self, tensor: TensorId) -> Option<usize> {
        self.by_tensor.get(&tensor).map(|&i| self.placed(i).offset)
    }

    /// Byte offset of a tensor in the memory of the states; none for what lies in the arena.
    pub fn offset_in_state(&self, tensor: TensorId) -> Option<usize> {
        let number = *self.by_tensor.get(&tensor)?;
        let placed = self.states.get(number.checked_sub(self.buffers.len())?)?;
        Some(placed.offset - self.state_offset())
    }

    /// The offset of the first byte of the states.
    pub fn state_offset(&self) -> usize {
        self.arena_bytes.next_multiple_of(STATE_ALIGN)
    }

    /// RAM of the model: arena and states.
    pub fn ram_bytes(&self) -> usize {
        match self.state_bytes {
            0 => self.arena_bytes,
            state => self.state_offset() + state,
        }
    }

    /// The buffer of a number: those of the arena, then those of the states.
    fn placed(&self, number: usize) -> &Placed {
        self.buffers.get(number).unwrap_or_else(|| &self.states[number - self.buffers.len()])
    }

    /// Byte offset of a node's scratch memory.
    pub fn scratch(&self, node: NodeId) -> Option<usize> {
        self.scratch.get(&node).map(|&i| self.buffers[i].offset)
    }

    /// Whether a node's kernel runs from the last element of its result to the first.
    pub fn is_backward(&self, node: NodeId) -> bool {
        self.backward.contains(&node)
    }

    /// The buffers of the arena that live during execution step `step`.
    pub fn live_at(&self, step: usize) -> impl Iterator<Item = &Placed> {
        self.buffers.iter().filter(move |placed| placed.buffer.first <= step && step <= placed.buffer.last)
    }

    /// Bytes of the arena that are in use during execution step `step`; where buffers overlap they count once.
    pub fn bytes_at(&self, step: usize) -> usize {
        let mut space = Space::new();
        self.live_at(step).for_each(|placed| space.take(placed.range()));
        space.used() as usize
    }

    /// The same for each of `steps` steps, from the first on.
    pub fn bytes_of_steps(&self, steps: usize) -> Vec<usize> {
        let (mut come, mut go) = (vec![Vec::new(); steps], vec![Vec::new(); steps]);
        for placed in self.buffers.iter().filter(|placed| placed.buffer.first < steps) {
            come[placed.buffer.first].push(placed);
            go[placed.buffer.last.min(steps - 1)].push(placed);
        }
        let mut space = Space::new();
        let of_step = |(come, go): (&Vec<&Placed>, &Vec<&Placed>)| {
            come.iter().for_each(|placed| space.take(placed.range()));
            let used = space.used() as usize;
            go.iter().for_each(|placed| space.release(placed.range()));
            // What came may lie over what went.
            let stays = |placed: &&&Placed| placed.buffer.last > placed.buffer.first;
            come.iter().filter(stays).for_each(|placed| space.take(placed.range()));
            used
        };
        come.iter().zip(&go).map(of_step).collect()
    }
}

/// Plans the arena for a graph with these kernels (one choice per node, in execution order; none for views).
pub fn plan(graph: &Graph, choices: &[Option<KernelChoice>]) -> Plan {
    plan_with(graph, choices, solve::EFFORT, most_conflicts)
}

/// How many pairs of so many buffers may live at the same time for their plan to be searched: what a search takes grows with it.
fn most_conflicts(buffers: usize) -> usize {
    32_768 + 16 * buffers
}

/// For each step the bytes that no plan with these kernels in this order can do without in it, as far as a small effort proves it.
pub(crate) fn bytes_of_steps(graph: &Graph, choices: &[Option<KernelChoice>]) -> Vec<usize> {
    let buffers = liveness::buffers(graph, choices);
    let (buffers, permissions) = buffers.arena();
    let mut bytes = match Layout::new(buffers, &permissions, most_conflicts(buffers.len())) {
        Some(layout) => solve::live_in_steps(buffers)
            .iter()
            .map(|live| solve::end_of_step(&layout, buffers, live, solve::EFFORT / 64) as usize)
            .collect(),
        None => sweep::bytes_of_steps(buffers, &permissions),
    };
    bytes.resize(choices.len(), 0);
    bytes
}

fn plan_with(
    graph: &Graph,
    choices: &[Option<KernelChoice>],
    effort: usize,
    most_conflicts: impl Fn(usize) -> usize,
) -> Plan {
    let all = liveness::buffers(graph, choices);
    let (buffers, permissions) = all.arena();
    let solution = places(buffers, &permissions, effort, most_conflicts(buffers.len()));
    let places = buffers.iter().zip(&solution.offsets);
    let end = places.map(|(buffer, &offset)| offset as usize + buffer.bytes).max().unwrap_or(0);
    let mut plan = Plan {
        // The end is padded so that arenas of several models can lie side by side.
        arena_bytes: end.next_multiple_of(4),
        lower_bound: solution.bound as usize,
        by_tensor: HashMap::new(),
        scratch: HashMap::new(),
        buffers: Vec::new(),
        states: Vec::new(),
        state_bytes: 0,
        backward: BTreeSet::new(),
    };
    let liveness::Buffers { all: buffers, in_arena, permissions } = all;
    for (i, buffer) in buffers.into_iter().enumerate() {
        match &buffer.kind {
            BufferKind::Tensors(tensors) | BufferKind::State(tensors) => {
                plan.by_tensor.extend(tensors.iter().map(|&t| (t, i)));
            }
            BufferKind::Scratch(node) => _ = plan.scratch.insert(*node, i),
        }
        if i < in_arena {
            plan.buffers.push(Placed { buffer, offset: solution.offsets[i] as usize });
        } else {
            let offset = plan.state_bytes.next_multiple_of(buffer.align);
            plan.state_bytes = offset + buffer.bytes;
            plan.states.push(Placed { buffer, offset: plan.state_offset() + offset });
        }
    }
    plan.state_bytes = plan.state_bytes.next_multiple_of(4);
    plan.backward = backward(&plan, &permissions);
    plan
}

/// Offsets for buffers of which more or fewer than `most_conflicts` pairs live at the same time.
fn places(
    buffers: &[Buffer],
    permissions: &[Permission],
    effort: usize,
    most_conflicts: usize,
) -> solve::Solution {
    match Layout::new(buffers, permissions, most_conflicts) {
        Some(layout) => solve::solve(&layout, buffers, effort),
        None => sweep::sweep(buffers, permissions),
    }
}

/// The nodes whose kernels are right for the planned places only when they run backwards.
fn backward(plan: &Plan, permissions: &[Permission]) -> BTreeSet<NodeId> {
    let place = |buffer: usize| plan.placed(buffer).place();
    let mut of_node: BTreeMap<NodeId, Vec<&Permission>> = BTreeMap::new();
    for permission in permissions {
        of_node.entry(permission.node).or_default().push(permission);
    }
    let wrong =
        |(node, own): (NodeId, Vec<&Permission>)| (!layout::permit(&own, place, false)).then_some(node);
    of_node.into_iter().filter_map(wrong).collect()
}

#[cfg(test)]
mod test;
