//! What the compiler tells about a model: the figures of layers and totals.

pub mod chains;
pub mod memory;
pub mod trade;

use crate::escape;
use crate::ir::{Graph, Node};
use crate::kernel::{Blob, BlobKind, KernelCall, KernelChoice, Param};

/// Multiply-accumulates of a node.
pub fn node_macs(graph: &Graph, node: &Node) -> u64 {
    let inputs: Vec<_> = node.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
    let outputs: Vec<_> = node.outputs.iter().map(|&id| graph.tensor(id)).collect();
    node.op.macs(&inputs, &outputs)
}

/// Multiply-accumulates of a graph.
pub fn macs(graph: &Graph) -> u64 {
    graph.nodes().map(|(_, node)| node_macs(graph, node)).sum()
}

/// How many multiply-accumulates the model file describes, beside those that are left after the passes; empty if they are the same.
///
/// Benchmarks count the file's, whatever an engine does without.
pub fn macs_of_file(graph: &Graph, imported: &Graph) -> String {
    match macs(imported) {
        all if all == macs(graph) => String::new(),
        all => format!(" ({} in the model file)", grouped(all)),
    }
}

/// Bytes of constants of one kind that the kernels read.
pub fn constant_bytes(choices: &[Option<KernelChoice>], kind: BlobKind) -> usize {
    let params = choices.iter().flatten().flat_map(|choice| &choice.calls).flat_map(|call| &call.params);
    params
        .filter_map(|(_, param)| match param {
            Param::Data(blob) if blob.kind == kind => Some(blob.bytes.len()),
            _ => None,
        })
        .sum()
}

/// Bytes of weights, biases, constant outputs and what states begin with.
pub fn weight_bytes(graph: &Graph, choices: &[Option<KernelChoice>]) -> usize {
    let mut outputs: Vec<_> = graph.outputs.iter().map(|port| port.tensor).collect();
    outputs.sort_unstable();
    outputs.dedup();
    let constant = outputs.into_iter().filter(|&id| graph.tensor(id).is_constant());
    let initial = graph.states.iter().filter_map(|state| Blob::initial_constant(state.initial.as_ref()));
    let initial: usize = initial.map(|blob| blob.bytes.len()).sum();
    let outputs = constant.map(|id| graph.ty(id).bytes()).sum::<usize>();
    constant_bytes(choices, BlobKind::Weights) + outputs + initial
}

/// Operands of a call that its description names.
const MOST_OPERANDS: usize = 16;

/// What a call computes: `` conv2d 10×4, stride 2×2, ReLU · `i8[1×49×10×1]` → `i8[1×25×5×64]` · 320,000 MACs · `node` ``.
///
/// Of very many operands only the first are named: a concatenation has a call for each of them.
pub(crate) fn describe_call(graph: &Graph, node: &Node, call: &KernelCall) -> String {
    let shape = |id| {
        let dims: Vec<_> = graph.ty(id).shape.dims().iter().map(usize::to_string).collect();
        // A code span: rustdoc would take `[4]` for a link.
        format!("`{}[{}]`", graph.ty(id).dtype, dims.join("×"))
    };
    let computed: Vec<_> = node.operands().filter(|&id| !graph.tensor(id).is_constant()).collect();
    let mut operands: Vec<_> = computed.iter().copied().take(MOST_OPERANDS).map(shape).collect();
    if computed.len() > MOST_OPERANDS {
        operands.push(format!("{} more", computed.len() - MOST_OPERANDS));
    }
    let results: Vec<_> = node.outputs.iter().map(|&id| shape(id)).collect();
    let mut parts = vec![
        format!("{} {}", node.op.name(), call.note).trim_end().to_owned(),
        format!("{} → {}", operands.join(", "), results.join(", ")),
    ];
    let macs = node_macs(graph, node);
    if macs > 0 {
        parts.push(format!("{} MACs", grouped(macs)));
    }
    parts.push(escape::code_span(&node.name));
    parts.join(" · ")
}

/// A layer's name for readers, on one line. TFLite names nodes after all that was fused into them; the end is what tells them apart.
pub fn short_name(name: &str) -> String {
    const LONGEST: usize = 40;
    let name = escape::line(name);
    let length = name.chars().count();
    if length <= LONGEST {
        name.into_owned()
    } else {
        format!("…{}", name.chars().skip(length - LONGEST + 1).collect::<String>())
    }
}

/// A number with its digits in groups of three.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
