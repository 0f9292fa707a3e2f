//! Moves a `pad` of rows and columns into the convolutions and pools that read it, as their own padding.
//!
//! Only where the border is what the operator's padding stands for, which it says itself
//! ([`Operator::with_border`](crate::ir::Operator::with_border)): nothing for a convolution, nothing that could be a maximum for a
//! pool. And only if all readers can do without the padded image, which is then never made.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{Border, Graph, Node, NodeId, Op, TensorId};
use crate::ops::movement::pad::Pad;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "absorb_pads", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    // Backwards, so that pads of pads are absorbed as well.
    for id in graph.order().to_vec().into_iter().rev() {
        absorb(graph, id);
    }
    Ok(())
}

fn absorb(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    let (image, padded) = (node.input(0)?, *node.outputs.first()?);
    let (ty, padded_ty) = (graph.ty(image), graph.ty(padded));
    if ty.quant != padded_ty.quant || graph.leaves(padded) {
        return None;
    }
    let border = node.op.downcast::<Pad>()?.border(padded_ty, graph.reference)?;
    let readers = graph.consumers(padded);
    let ops: Vec<Op> = readers.iter().map(|&id| without(graph, id, image, &border)).collect::<Option<_>>()?;
    graph.remove_node(id);
    for (reader, op) in readers.into_iter().zip(ops) {
        let reader = graph.node_mut(reader);
        reader.op = op;
        reader.inputs[0] = Some(image);
    }
    Some(())
}

/// The operator of a reader for the image without its border, if there is one and it has the same result.
fn without(graph: &Graph, reader: NodeId, image: TensorId, border: &Border) -> Option<Op> {
    let node: &Node = graph.node(reader);
    let padded = node.input(0)?;
    if node.operands().filter(|&operand| operand == padded).count() != 1 {
        return None;
    }
    let mut inputs: Vec<_> = node.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
    let &[output] = node.outputs.as_slice() else { return None };
    let op = node.op.with_border(&inputs, graph.ty(output), border, graph.reference)?;
    *inputs.first_mut()? = Some(graph.tensor(image));
    let inferred = op.infer(&inputs).ok()?;
    (inferred.first()?.shape == graph.ty(output).shape).then_some(op)
}
