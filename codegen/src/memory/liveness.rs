//! Which buffers there are, how large, and from which execution step to which they live; and which of them may overlap
//! although they live at the same time.

use crate::ir::{Graph, Node, NodeId, TensorId};
use crate::kernel::{KernelChoice, Overlap};

/// What a buffer holds.
#[derive(Clone, Debug, PartialEq)]
pub enum BufferKind {
    /// One tensor and the views of it.
    Tensors(Vec<TensorId>),
    /// A kernel's working memory.
    Scratch(NodeId),
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

/// The buffers in the order of their first use, and the permissions by node in execution order.
pub(super) fn buffers(graph: &Graph, choices: &[Option<KernelChoice>]) -> (Vec<Buffer>, Vec<Permission>) {
    let end = choices.len();
    let mut table = Table {
        graph,
        last_use: last_uses(graph, end),
        buffers: Vec::new(),
        of_tensor: vec![None; graph.tensor_count()],
        fed: fed(graph, choices),
    };
    for port in &graph.inputs {
        table.define(port.tensor, 0, None);
    }
    for state in &graph.states {
        // A state lives from one inference to the next: all the time.
        let index = table.define(state.read, 0, None);
        table.buffers[index].last = end;
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
    // Not before all views are known, which prolong the lives of what they show.
    let permissions = graph
        .nodes()
        .zip(choices)
        .enumerate()
        .flat_map(|(step, ((id, node), choice))| {
            choice.as_ref().map(|choice| table.permissions(id, node, choice, step)).unwrap_or_default()
        })
        .collect();
    (table.buffers, permissions)
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

impl Table<'_> {
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
    for id in graph.tensor_ids().filter(|&id| graph.leaves(id)) {
        last[id.index()] = end;
    }
    last
}
