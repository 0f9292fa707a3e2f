//! Removes movements that do nothing, and joins those that follow one another.
//!
//! - A movement that leaves every element where it is becomes a reshape: a transposition that only moves axes of extent 1, or one that another
//!   movement before it undoes.
//! - A reshape of a reshape reads what the first one reads; so does a transposition of a transposition, with the axes of both.
//!   (The first one is removed if nobody else reads it.)
//! - A reshape to a result of the very type of its operand is removed. One that changes the quantisation stays: it gives the
//!   same bytes another meaning.
//!
//! Inputs, outputs and states keep their tensors: where the result of an identity is an output of the graph, the node that
//! computes the operand computes the output instead; if there is no such node, the identity stays.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{Graph, NodeId, Op, TensorId};
use crate::ops::movement::reshape::Reshape;
use crate::ops::movement::transpose::Transpose;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "remove_identities", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    // In execution order, so that what a node reads is already as simple as it gets.
    for id in graph.order().to_vec() {
        join_with_operand(graph, id);
        movement_to_reshape(graph, id);
        // Again: what has become a reshape may follow one.
        join_with_operand(graph, id);
        remove_if_identity(graph, id);
    }
    Ok(())
}

/// Operand and result of a node that has one of each.
fn ends(graph: &Graph, id: NodeId) -> Option<(TensorId, TensorId)> {
    let node = graph.node(id);
    match (node.inputs.as_slice(), node.outputs.as_slice()) {
        (&[Some(operand)], &[result]) => Some((operand, result)),
        _ => None,
    }
}

fn movement_to_reshape(graph: &mut Graph, id: NodeId) {
    let Some((operand, result)) = ends(graph, id) else { return };
    let shape = &graph.ty(operand).shape;
    let Some(movement) = graph.node(id).op.movement(shape) else { return };
    let reshape = Op::new(Reshape { shape: graph.ty(result).shape.0.clone() });
    if movement.is_view(shape.elements()) {
        graph.node_mut(id).op = reshape;
    } else if let Some((first, source)) = moved_before(graph, operand)
        && graph.ty(source).quant == graph.ty(operand).quant
        && let Some(before) = graph.node(first).op.movement(&graph.ty(source).shape)
        && movement.after(&before).is_some_and(|both| both.is_view(graph.ty(source).shape.elements()))
    {
        let node = graph.node_mut(id);
        node.op = reshape;
        node.inputs = vec![Some(source)];
        remove_if_dead(graph, first);
    }
}

/// The node that moves the elements of a tensor, and its operand.
fn moved_before(graph: &Graph, moved: TensorId) -> Option<(NodeId, TensorId)> {
    let first = graph.producer(moved)?;
    let (source, _) = ends(graph, first)?;
    Some((first, source))
}

/// Lets a node that does more of what the node before it does, do both.
fn join_with_operand(graph: &mut Graph, id: NodeId) {
    let Some((operand, _)) = ends(graph, id) else { return };
    let Some(first) = graph.producer(operand) else { return };
    let Some((source, _)) = ends(graph, first) else { return };
    let (first_op, op) = (&graph.node(first).op, &graph.node(id).op);
    let joined = match (first_op.downcast::<Transpose>(), op.downcast::<Transpose>()) {
        (Some(first), Some(second)) => second.after(first).map(Op::new),
        _ if first_op.is::<Reshape>() && op.is::<Reshape>() => Some(op.clone()),
        _ => None,
    };
    let Some(joined) = joined else { return };
    let node = graph.node_mut(id);
    node.op = joined;
    node.inputs = vec![Some(source)];
    remove_if_dead(graph, first);
}

fn remove_if_dead(graph: &mut Graph, id: NodeId) {
    let read = |result: &TensorId| graph.leaves(*result) || !graph.consumers(*result).is_empty();
    if !graph.node(id).outputs.iter().any(read) {
        graph.remove_node(id);
    }
}

fn remove_if_identity(graph: &mut Graph, id: NodeId) {
    let Some((operand, result)) = ends(graph, id) else { return };
    if graph.node(id).op.is::<Reshape>() && graph.ty(operand) == graph.ty(result) {
        bypass(graph, id, operand, result);
    }
}

/// Removes a node whose result is its operand. Where the result leaves the graph, the node that computes the operand computes the
/// result instead; none if that cannot be.
pub(super) fn bypass(graph: &mut Graph, id: NodeId, operand: TensorId, result: TensorId) -> Option<()> {
    if !graph.leaves(result) {
        graph.remove_node(id);
        graph.replace_uses(result, operand);
        return Some(());
    }
    let producer = graph.producer(operand).filter(|_| !graph.leaves(operand))?;
    graph.remove_node(id);
    graph.replace_uses(operand, result);
    for output in &mut graph.node_mut(producer).outputs {
        if *output == operand {
            *output = result;
        }
    }
    Some(())
}
