//! Removes transposes: by carrying them out on constants, or by letting them meet and cancel.
//!
//! - Before a fully connected layer with one row, the layer's weights are reordered instead: convolutional networks that are
//!   flattened in the file's order of axes end so.
//! - Two transposes with operators between them that work element by element become one, or none.
//! - A transpose that moves only axes of extent 1 is a change of shape.
//! - A transpose of both operands of an elementwise operator moves behind it.
//!
//! What is left after this moves data that really are read in another order.

mod chain;
mod columns;

use super::Pass;
use super::remove_identities::bypass;
use crate::diagnostic::Diagnostics;
use crate::ir::{Graph, Node, NodeId, Op, Shape, Tensor, TensorId, TensorType};
use crate::ops::elementwise::add::Add;
use crate::ops::elementwise::mul::Mul;
use crate::ops::elementwise::sub::Sub;
use crate::ops::movement::reshape::Reshape;
use crate::ops::movement::transpose::Transpose;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "absorb_transposes", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    // Each rewrite removes a transpose or moves one towards the end; the bound is for safety alone.
    for _ in 0..graph.order().len() + 1 {
        let mut changed = false;
        for id in graph.order().to_vec() {
            let rewrites = [simplify, chain::meet, columns::reorder, behind_binary];
            changed |= rewrites.iter().any(|rewrite| graph.has_node(id) && rewrite(graph, id).is_some());
        }
        if !changed {
            break;
        }
    }
    Ok(())
}

/// The permutation of a transpose, with its operand and result.
fn transpose(graph: &Graph, id: NodeId) -> Option<(Vec<usize>, TensorId, TensorId)> {
    let node = graph.node(id);
    let op = node.op.downcast::<Transpose>()?;
    Some((op.perm.clone(), node.input(0)?, *node.outputs.first()?))
}

/// The permutation that carries out `first` and then `second`.
fn compose(first: &[usize], second: &[usize]) -> Option<Vec<usize>> {
    second.iter().map(|&axis| first.get(axis).copied()).collect()
}

/// A transpose that moves no data becomes a reshape, or nothing; one of a transpose is merged with it.
fn simplify(graph: &mut Graph, id: NodeId) -> Option<()> {
    let (perm, x, result) = transpose(graph, id)?;
    let dims = graph.ty(x).shape.dims().to_vec();
    let moved: Vec<usize> =
        perm.iter().copied().filter(|&axis| dims.get(axis).is_some_and(|&dim| dim != 1)).collect();
    if moved.is_sorted() {
        let shape = graph.ty(result).shape.clone();
        if graph.ty(x) != graph.ty(result) || bypass(graph, id, x, result).is_none() {
            graph.node_mut(id).op = Op::new(Reshape { shape: shape.0 });
        }
        return Some(());
    }
    let (first, source, _) = transpose(graph, graph.producer(x)?)?;
    let node = graph.node_mut(id);
    node.op = Op::new(Transpose { perm: compose(&first, &perm)? });
    node.inputs = vec![Some(source)];
    remove_unread(graph, x);
    Some(())
}

/// `add(transpose(a), transpose(b))` becomes `transpose(add(a, b))`, if both are transposed alike and nobody else reads them.
fn behind_binary(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id).clone();
    let binary = node.op.is::<Add>() || node.op.is::<Mul>() || node.op.is::<Sub>();
    let (&[Some(a), Some(b)], &[result], true) = (node.inputs.as_slice(), node.outputs.as_slice(), binary)
    else {
        return None;
    };
    let (perm, a_source, _) = transpose(graph, graph.producer(a)?)?;
    let (other, b_source, _) = transpose(graph, graph.producer(b)?)?;
    let sole = |tensor| graph.sole_consumer(tensor) == Some(id);
    if perm != other || graph.ty(a).shape != graph.ty(b).shape || !sole(a) || !sole(b) {
        return None;
    }
    let ty = graph.ty(result).clone();
    let shape = graph.ty(a_source).shape.clone();
    let moved = graph.add_tensor(Tensor::new(graph.tensor(result).name.clone(), TensorType { shape, ..ty }));
    let after = Node {
        name: format!("{}/transpose", node.name),
        op: Op::new(Transpose { perm }),
        inputs: vec![Some(moved)],
        outputs: vec![result],
    };
    let node = graph.node_mut(id);
    (node.inputs, node.outputs) = (vec![Some(a_source), Some(b_source)], vec![moved]);
    graph.insert_after(id, after);
    remove_unread(graph, a);
    remove_unread(graph, b);
    Some(())
}

/// Removes the node that computes `tensor` if nothing reads it any more.
fn remove_unread(graph: &mut Graph, tensor: TensorId) {
    if graph.consumers(tensor).is_empty()
        && !graph.leaves(tensor)
        && let Some(producer) = graph.producer(tensor)
    {
        graph.remove_node(producer);
    }
}

/// The flat index in the operand of each element of a transposed tensor.
fn sources(shape: &Shape, perm: &[usize]) -> Option<Vec<i64>> {
    let count = i64::try_from(shape.elements()).ok()?;
    crate::ir::Value::i64(shape.clone(), (0..count).collect())?.transposed(perm)?.integers()
}
