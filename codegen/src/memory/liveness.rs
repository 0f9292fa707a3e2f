//! Which buffers there are, how large, and from which execution step to which they live.
//!
//! A view shares the buffer of its operand, and so does a result that its kernel may write in place over an operand that
//! nobody reads afterwards.

use crate::ir::{Graph, Node, NodeId, TensorId};
use crate::kernel::{KernelChoice, Overlap};

/// What a buffer holds.
#[derive(Clone, Debug, PartialEq)]
pub enum BufferKind {
    /// One tensor, and the views of it and results computed in place over it.
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

/// Vector kernels read words, so tensors lie on words whatever their element type.
const TENSOR_ALIGN: usize = 4;

pub(super) fn buffers(graph: &Graph, choices: &[Option<KernelChoice>]) -> Vec<Buffer> {
    let end = choices.len();
    let mut table = Table {
        graph,
        last_use: last_uses(graph, end),
        buffers: Vec::new(),
        of_tensor: vec![None; graph.tensor_count()],
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
        for (position, &result) in node.outputs.iter().enumerate() {
            let shared = match choice {
                None => node.input(0).and_then(|operand| table.of_tensor[operand.index()]),
                Some(choice) if position == 0 => table.in_place(node, choice, step, result),
                Some(_) => None,
            };
            table.define(result, step, shared);
        }
    }
    table.buffers
}

/// The buffers so far, and which of them each tensor lies in.
struct Table<'g> {
    graph: &'g Graph,
    last_use: Vec<usize>,
    buffers: Vec<Buffer>,
    of_tensor: Vec<Option<usize>>,
}

impl Table<'_> {
    /// Gives a tensor a buffer of its own, or a share of an existing one; its index.
    fn define(&mut self, tensor: TensorId, first: usize, shared: Option<usize>) -> usize {
        let bytes = self.graph.ty(tensor).bytes();
        let last = self.last_use[tensor.index()].max(first);
        let index = shared.unwrap_or(self.buffers.len());
        match self.buffers.get_mut(index) {
            Some(buffer) => {
                buffer.bytes = buffer.bytes.max(bytes);
                buffer.last = buffer.last.max(last);
                if let BufferKind::Tensors(tensors) = &mut buffer.kind {
                    tensors.push(tensor);
                }
            }
            None => {
                let kind = BufferKind::Tensors(vec![tensor]);
                self.buffers.push(Buffer { kind, bytes, align: TENSOR_ALIGN, first, last });
            }
        }
        self.of_tensor[tensor.index()] = Some(index);
        index
    }

    /// The buffer of an operand that the first result may overwrite: the kernel allows it, the sizes agree, and nobody
    /// reads the operand, or what shares its buffer, later.
    fn in_place(&self, node: &Node, choice: &KernelChoice, step: usize, result: TensorId) -> Option<usize> {
        let bytes = self.graph.ty(result).bytes();
        node.inputs.iter().enumerate().find_map(|(index, operand)| {
            let operand = (*operand)?;
            let buffer = self.of_tensor[operand.index()]?;
            let dies = self.last_use[operand.index()] == step && self.buffers[buffer].last <= step;
            let sole =
                node.operands().filter(|other| self.of_tensor[other.index()] == Some(buffer)).count() == 1;
            let allowed =
                choice.overlap(index) == Overlap::InPlace && self.graph.ty(operand).bytes() == bytes;
            (dies && sole && allowed).then_some(buffer)
        })
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
