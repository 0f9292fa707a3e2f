//! Turns float operators between `dequantize` and `quantize` into operators on the integers themselves: how ONNX writes quantised
//! models (QDQ).
//!
//! 1. A `dequantize` moves behind operators that only move or select values, a `quantize` before them; the two then meet the
//!    operators that compute.
//! 2. An operator whose data operands are dequantised, whose weights are dequantised constants, and whose result is read by a
//!    `quantize` alone, becomes an integer operator. Biases become i32 with the scale of operand times weights.
//! 3. A `quantize` behind a `dequantize` goes from integers to integers; it goes away if both sides are quantised alike.
//!
//! What is left in floating point is what has no integer form, or what the file leaves in floating point: see
//! [`left_in_float`]. Graphs that follow another reference than ONNX stay as they are.

mod layer;
mod movement;

use super::Pass;
use super::remove_identities::bypass;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::ir::{DType, Graph, Node, NodeId, Op, Reference, TensorId};
use crate::ops::quantisation::dequantize::Dequantize;
use crate::ops::quantisation::quantize::Quantize;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "absorb_qdq", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    if graph.reference != Reference::Onnx {
        return Ok(());
    }
    // Each rewrite removes a float node between the integers, or brings one nearer to them; the bound is for safety alone.
    for _ in 0..graph.order().len() + 1 {
        let mut changed = false;
        for id in graph.order().to_vec() {
            if graph.has_node(id) {
                let rewrites = [movement::sink_dequantize, movement::hoist_quantize, layer::absorb, merge];
                changed |= rewrites.iter().any(|rewrite| graph.has_node(id) && rewrite(graph, id).is_some());
            }
        }
        remove_unread(graph);
        if !changed {
            break;
        }
    }
    Ok(())
}

/// A note for the operators that compute in floating point though the model is quantised; none if there is none.
pub fn left_in_float(graph: &Graph) -> Option<Diagnostic> {
    let quantised = |id: TensorId| graph.ty(id).quant.is_some() && !graph.tensor(id).is_constant();
    if graph.reference != Reference::Onnx || !graph.tensor_ids().any(quantised) {
        return None;
    }
    let is_float = |id: &TensorId| graph.ty(*id).dtype == DType::F32;
    let is_conversion = |op: &Op| op.is::<Quantize>() || op.is::<Dequantize>();
    let left: Vec<&Node> = graph
        .nodes()
        .map(|(_, node)| node)
        .filter(|node| !is_conversion(&node.op) && !node.op.is_view() && node.outputs.iter().any(is_float))
        .collect();
    let first = left.first()?;
    let names: Vec<String> =
        left.iter().map(|node| format!("`{}` ({})", node.name, node.op.name())).collect();
    let message = format!("stay in floating point, though the model is quantised: {}", names.join(", "));
    let note = Diagnostic::note(message).at(graph.place(first));
    Some(note.help("quantise the tensors around them, too: both operands, the weights and the result"))
}

/// The integers that `real` is dequantised from.
fn integers(graph: &Graph, real: TensorId) -> Option<TensorId> {
    let producer = graph.node(graph.producer(real)?);
    producer.op.is::<Dequantize>().then(|| producer.input(0))?
}

/// The one node that reads `real`, if it is a `quantize` to eight bits with one scale.
fn quantised_by(graph: &Graph, real: TensorId) -> Option<NodeId> {
    let reader = graph.sole_consumer(real)?;
    let node = graph.node(reader);
    let ty = graph.ty(*node.outputs.first()?);
    (node.op.is::<Quantize>() && ty.dtype == DType::I8 && ty.per_tensor().is_some()).then_some(reader)
}

/// A `quantize` of what was dequantised: from integers to integers, or nothing.
fn merge(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    node.op.downcast::<Quantize>()?;
    let (real, result) = (node.input(0)?, *node.outputs.first()?);
    let source = integers(graph, real)?;
    let (from, to) = (graph.ty(source).clone(), graph.ty(result).clone());
    if from.per_tensor().is_none()
        || to.per_tensor().is_none()
        || from.dtype != DType::I8
        || to.dtype != DType::I8
    {
        return None;
    }
    if from == to && bypass(graph, id, source, result).is_some() {
        return Some(());
    }
    let node = graph.node_mut(id);
    node.inputs = vec![Some(source)];
    node.op = Op::new(Quantize { to: to.dtype });
    Some(())
}

/// Removes conversions that nothing reads any more.
fn remove_unread(graph: &mut Graph) {
    for id in graph.order().to_vec().into_iter().rev() {
        let node = graph.node(id);
        let conversion = node.op.is::<Dequantize>() || node.op.is::<Quantize>();
        if conversion
            && node.outputs.iter().all(|&result| graph.consumers(result).is_empty() && !graph.leaves(result))
        {
            graph.remove_node(id);
        }
    }
}

#[cfg(test)]
mod test;
