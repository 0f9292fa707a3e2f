//! Which buffers there are, how large, and from which execution step to which they live; and which of them may overlap
//! although they live at the same time.
//!
//! A state has one buffer for the value that is read and the next one. [`obstacles`] says what is in the way of computing the next one there.

use std::collections::{HashMap, HashSet};

use crate::ir::{Graph, Node, NodeId, Port, State, TensorId};
use crate::kernel::{KernelChoice, Overlap};

/// What a buffer holds.
#[derive(Clone, Debug, PartialEq)]
pub enum BufferKind {
    /// One tensor and the views of it.
    Tensors(Vec<TensorId>),
    /// A kernel's working memory.
    Scratch(NodeId),
    /// A state: the value that is read, the next one, and the views of both.
    State(Vec<TensorId>),
}

/// A range of memory that is needed from one execution step to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Buffer {
    /// What it holds.
    pub kind: BufferKind,
    /// Size.
    pub bytes: usize,
    /// Alignment, a power of two.
    pub align: usize,
    /// First execution step that uses it.
    pub first: usize,
    /// Last execution step that uses it.
    pub last: usize,
}

/// What a kernel allows for its first result and an operand that nobody reads afterwards.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Permission {
    /// The node.
    pub node: NodeId,
    /// The operand's buffer.
    pub operand: usize,
    /// The result's buffer.
    pub result: usize,
    /// What is allowed: all of these.
    pub overlaps: Vec<Overlap>,
}

/// Vector kernels read words, so tensors lie on words at least, whatever their element type.
const TENSOR_ALIGN: usize = 4;

/// The buffers of a graph: those of the arena in the order of their first use, then one for each state, in the graph's order.
pub(super) struct Buffers {
    /// The buffers.
    pub all: Vec<Buffer>,
    /// How many of them lie in the arena.
    pub in_arena: usize,
    /// The permissions by node in execution order. Those whose result is a state are about the state itself.
    pub permissions: Vec<Permission>,
}

impl Buffers {
    /// The buffers of the arena, and the permissions among them.
    pub(super) fn arena(&self) -> (&[Buffer], Vec<Permission>) {
        let inside = |permission: &&Permission| permission.operand.max(permission.result) < self.in_arena;
        (&self.all[..self.in_arena], self.permissions.iter().filter(inside).cloned().collect())
    }
}

/// The buffers, and what may overlap. The next value of a state that is not computed in place is a buffer of the arena.
pub(super) fn buffers(graph: &Graph, choices: &[Option<KernelChoice>]) -> Buffers {
    let mut table = Table::new(graph, choices);
    let in_place = table.are_in_place(choices);
    let shared = table.share_states(&in_place);
    // Not before all views are known, which prolong the lives of what they show.
    let permissions = graph
        .nodes()
        .zip(choices)
        .enumerate()
        .flat_map(|(step, ((id, node), choice))| {
            choice.as_ref().map(|choice| table.permissions(id, node, choice, step)).unwrap_or_default()
        })
        .collect();
    table.states_last(permissions, &shared)
}

/// What keeps the next value of a state from being computed where its present one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Obstacle {
    /// The output at a position needs a place of its own: it is a value that the state has no more at the end, or its bytes are
    /// changed for the caller.
    Output(usize),
    /// The next value of the state of a number is computed elsewhere.
    State(usize),
}

/// The obstacles of one kind, those first whose removal leaves fewer of others.
pub(super) fn obstacles(graph: &Graph, choices: &[Option<KernelChoice>]) -> Vec<Obstacle> {
    let table = Table::new(graph, choices);
    let ends: Vec<_> = graph.states.iter().map(|state| table.ends(state)).collect();
    let next: HashMap<usize, Option<usize>> =
        ends.iter().filter_map(|&(read, write)| Some((read?, write))).collect();
    let written: HashSet<usize> = ends.iter().filter_map(|&(_, write)| write).collect();
    let needs_place = |port: &Port| {
        let Some(own) = table.of_tensor[port.tensor.index()] else { return false };
        let is_old = next.get(&own).is_some_and(|&write| write != Some(own));
        let is_state = next.contains_key(&own) || written.contains(&own);
        is_old || port.boundary.unsigned && is_state
    };
    let outputs = graph.outputs.iter().enumerate().filter(|(_, port)| needs_place(port));
    let outputs: Vec<Obstacle> = outputs.map(|(position, _)| Obstacle::Output(position)).collect();
    if !outputs.is_empty() {
        return outputs;
    }
    // What becomes the old value of another state: that value is needed until then.
    let is_delayed = |number: &usize| {
        let (read, write) = ends[*number];
        write.is_some_and(|write| read != Some(write) && next.contains_key(&write))
    };
    let delayed: Vec<Obstacle> = (0..ends.len()).filter(is_delayed).map(Obstacle::State).collect();
    if !delayed.is_empty() {
        return delayed;
    }
    let in_place = table.are_in_place(choices);
    (0..ends.len()).filter(|&number| !in_place[number]).map(Obstacle::State).collect()
}

/// The buffers so far, and which of them each tensor lies in.
struct Table<'g> {
    graph: &'g Graph,
    last_use: Vec<usize>,
    buffers: Vec<Buffer>,
    of_tensor: Vec<Option<usize>>,
    /// Tensors of which the caller gives row after row.
    fed: Vec<TensorId>,
}

/// The tensors that are never whole, because the caller gives their rows: what a chain reads, and what that is a view of.
fn fed(graph: &Graph, choices: &[Option<KernelChoice>]) -> Vec<TensorId> {
    let is_fed = |choice: &Option<KernelChoice>| {
        choice
            .as_ref()
            .and_then(|choice| choice.row_loop.as_ref())
            .is_some_and(|row_loop| row_loop.fed.is_some())
    };
    let mut fed = Vec::new();
    for ((_, node), _) in graph.nodes().zip(choices).filter(|(_, choice)| is_fed(choice)) {
        let mut next = node.input(0);
        while let Some(tensor) = next {
            fed.push(tensor);
            next = graph.producer(tensor).and_then(|producer| graph.node(producer).input(0));
        }
    }
    fed
}

impl<'g> Table<'g> {
    /// Every tensor and every working memory with a buffer; values of a state that are read and its next ones are still apart.
    fn new(graph: &'g Graph, choices: &[Option<KernelChoice>]) -> Table<'g> {
        let mut table = Table {
            graph,
            last_use: last_uses(graph, choices.len()),
            buffers: Vec::new(),
            of_tensor: vec![None; graph.tensor_count()],
            fed: fed(graph, choices),
        };
        for port in &graph.inputs {
            table.define(port.tensor, 0, None);
        }
        for state in &graph.states {
            table.define(state.read, 0, None);
        }
        for (step, (id, node)) in graph.nodes().enumerate() {
            let choice = choices.get(step).and_then(Option::as_ref);
            if let Some(scratch) = choice.and_then(|choice| choice.scratch) {
                let kind = BufferKind::Scratch(id);
                table.buffers.push(Buffer {
                    kind,
                    bytes: scratch.bytes,
                    align: scratch.align,
                    first: step,
                    last: step,
                });
            }
            for &result in &node.outputs {
                let shared = match choice {
                    None => node.input(0).and_then(|operand| table.of_tensor[operand.index()]),
                    Some(_) => None,
                };
                table.define(result, step, shared);
            }
        }
        table
    }

    /// The buffers of what a state reads and of its next value; none for the latter if that is a constant.
    fn ends(&self, state: &State) -> (Option<usize>, Option<usize>) {
        (self.of_tensor[state.read.index()], self.of_tensor[state.write.index()])
    }

    /// For each state whether its next value can be computed where the value is that is read.
    fn are_in_place(&self, choices: &[Option<KernelChoice>]) -> Vec<bool> {
        let mut ends: HashMap<usize, usize> = HashMap::new();
        let fed = self.graph.inputs.iter().map(|port| port.tensor);
        for buffer in fed.filter_map(|tensor| self.of_tensor[tensor.index()]) {
            *ends.entry(buffer).or_default() += 1;
        }
        for state in &self.graph.states {
            let (read, write) = self.ends(state);
            read.into_iter().chain(write).for_each(|buffer| *ends.entry(buffer).or_default() += 1);
        }
        self.graph.states.iter().map(|state| self.is_in_place(choices, &ends, state)).collect()
    }

    /// The same for one state. `ends` says how often a buffer is an input, the value of a state or a next one.
    fn is_in_place(
        &self,
        choices: &[Option<KernelChoice>],
        ends: &HashMap<usize, usize>,
        state: &State,
    ) -> bool {
        let (Some(read), Some(write)) = self.ends(state) else { return false };
        if read == write {
            // A state that never changes.
            return true;
        }
        if ends.get(&write) != Some(&1) {
            // It is an input, or another state's as well.
            return false;
        }
        let (old, new) = (&self.buffers[read], &self.buffers[write]);
        if old.bytes < new.bytes || old.last > new.first {
            return false;
        }
        if old.last < new.first {
            return true;
        }
        let Some(&id) = self.graph.order().get(new.first) else { return false };
        let node = self.graph.node(id);
        let Some(choice) = choices.get(new.first).and_then(Option::as_ref) else { return false };
        let reads = |index: usize| {
            node.input(index).is_some_and(|operand| self.of_tensor[operand.index()] == Some(read))
        };
        let computed = node.outputs.iter().position(|result| self.of_tensor[result.index()] == Some(write));
        computed.is_some_and(|result| {
            (0..node.inputs.len())
                .filter(|&operand| reads(operand))
                .all(|operand| choice.may_replace(operand, result))
        })
    }

    /// Makes one buffer of the two of each state whose next value is computed in place; for each state its buffer.
    fn share_states(&mut self, in_place: &[bool]) -> Vec<usize> {
        let graph = self.graph;
        let mut own = Vec::new();
        for (state, in_place) in graph.states.iter().zip(in_place) {
            let (Some(read), write) = self.ends(state) else { continue };
            own.push(read);
            let Some(write) = write.filter(|&write| *in_place && write != read) else { continue };
            let moved = std::mem::replace(&mut self.buffers[write].kind, BufferKind::Tensors(Vec::new()));
            if let (BufferKind::Tensors(tensors), BufferKind::Tensors(moved)) =
                (&mut self.buffers[read].kind, moved)
            {
                tensors.extend(moved);
            }
            self.of_tensor.iter_mut().filter(|of| **of == Some(write)).for_each(|of| *of = Some(read));
        }
        own
    }

    /// The buffers, with those of states behind the others and without those that became a share of them.
    fn states_last(self, permissions: Vec<Permission>, states: &[usize]) -> Buffers {
        let is_empty =
            |buffer: &Buffer| matches!(&buffer.kind, BufferKind::Tensors(tensors) if tensors.is_empty());
        let in_arena = |index: &usize| !states.contains(index) && !is_empty(&self.buffers[*index]);
        let mut order: Vec<usize> = (0..self.buffers.len()).filter(in_arena).collect();
        let count = order.len();
        order.extend(states);
        let mut place = vec![0; self.buffers.len()];
        order.iter().enumerate().for_each(|(new, &old)| place[old] = new);
        let end = self.last_use.iter().copied().max().unwrap_or(0);
        let buffer = |(new, &old): (usize, &usize)| {
            let mut buffer = self.buffers[old].clone();
            if let (true, BufferKind::Tensors(tensors)) = (new >= count, &buffer.kind) {
                buffer = Buffer { kind: BufferKind::State(tensors.clone()), first: 0, last: end, ..buffer };
            }
            buffer
        };
        let all = order.iter().enumerate().map(buffer).collect();
        let permissions = permissions.into_iter().map(|permission| Permission {
            operand: place[permission.operand],
            result: place[permission.result],
            ..permission
        });
        // A state's buffer is in use before its next value is computed: nothing but the state itself may lie there.
        let keeps = |permission: &Permission| {
            permission.result.max(permission.operand) < count || permission.operand == permission.result
        };
        Buffers { all, in_arena: count, permissions: permissions.filter(keeps).collect() }
    }

    /// Gives a tensor a buffer of its own, or a share of an existing one; its index.
    fn define(&mut self, tensor: TensorId, first: usize, shared: Option<usize>) -> usize {
        let bytes = if self.fed.contains(&tensor) { 0 } else { self.graph.ty(tensor).bytes() };
        let align = self.graph.ty(tensor).dtype.size().max(TENSOR_ALIGN);
        let last = self.last_use[tensor.index()].max(first);
        let index = shared.unwrap_or(self.buffers.len());
        match self.buffers.get_mut(index) {
            Some(buffer) => {
                buffer.bytes = buffer.bytes.max(bytes);
                buffer.align = buffer.align.max(align);
                buffer.last = buffer.last.max(last);
                if let BufferKind::Tensors(tensors) = &mut buffer.kind {
                    tensors.push(tensor);
                }
            }
            None => {
                let kind = BufferKind::Tensors(vec![tensor]);
                self.buffers.push(Buffer { kind, bytes, align, first, last });
            }
        }
        self.of_tensor[tensor.index()] = Some(index);
        index
    }

    /// What the kernel of a node allows for its first result and each operand that dies there.
    fn permissions(&self, id: NodeId, node: &Node, choice: &KernelChoice, step: usize) -> Vec<Permission> {
        let mut permissions: Vec<Permission> = Vec::new();
        let Some(result) = node.outputs.first().and_then(|result| self.of_tensor[result.index()]) else {
            return permissions;
        };
        for (index, operand) in node.inputs.iter().enumerate() {
            let Some(operand) = operand.and_then(|operand| self.of_tensor[operand.index()]) else { continue };
            if self.buffers[operand].last != step {
                continue;
            }
            let overlap = choice.overlap(index);
            match permissions.iter_mut().find(|known| known.operand == operand) {
                Some(known) => known.overlaps.push(overlap),
                None => permissions.push(Permission { node: id, operand, result, overlaps: vec![overlap] }),
            }
        }
        permissions.retain(|permission| !permission.overlaps.contains(&Overlap::None));
        permissions
    }
}

/// The last execution step that reads each tensor; `end` for what leaves the graph.
fn last_uses(graph: &Graph, end: usize) -> Vec<usize> {
    let mut last = vec![0; graph.tensor_count()];
    for (step, (_, node)) in graph.nodes().enumerate() {
        node.operands().for_each(|id| last[id.index()] = step);
    }
    let next = graph.states.iter().map(|state| state.write);
    graph.outputs.iter().map(|port| port.tensor).chain(next).for_each(|id| last[id.index()] = end);
    last
}
