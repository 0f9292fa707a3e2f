//! Moves a `clamp` into the node before it, where that one's operator can carry it and its result has no other reader.
//!
//! In floating point that is exact: the operator clamps what it would have put out. On i8 an operator's fused clamp is the range
//! `clamp_range` of its result's quantisation. The clamp node must be that and no more: operand and result of one quantisation,
//! and all 256 values mapped to themselves moved into the range (so a TFLM ReLU between different scales, which rounds, stays).
//! Clamping twice is then clamping to the range that [`narrow`](crate::ops::common::quantised::narrow) gives: quantising bounds
//! is monotone, so it may come before or after the narrowing.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{DType, Evaluation, Graph, Node, NodeId, Reference, Tensor, TensorType, Value};
use crate::ops::common::quantised::clamp_range;
use crate::ops::elementwise::clamp::Clamp;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "fuse_clamp", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    for id in graph.order().to_vec() {
        fuse(graph, id);
    }
    Ok(())
}

/// Fuses the clamp at `id`, if it is one and can be fused.
fn fuse(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    let clamp = node.op.downcast::<Clamp>()?;
    let (operand, result) = (node.input(0)?, *node.outputs.first()?);
    let producer = graph.producer(operand)?;
    let exact = graph.ty(operand).dtype == DType::F32 || is_range(clamp, node, graph);
    if !exact || graph.sole_consumer(operand) != Some(id) || graph.node(producer).outputs.len() != 1 {
        return None;
    }
    let fused = graph.node(producer).op.with_clamp(clamp.min, clamp.max)?;
    graph.remove_node(id);
    let producer = graph.node_mut(producer);
    producer.op = fused;
    producer.outputs = vec![result];
    Some(())
}

/// Whether the clamp on i8 is its range and nothing else.
fn is_range(clamp: &Clamp, node: &Node, graph: &Graph) -> bool {
    let (Some(operand), Some(&result)) = (node.input(0), node.outputs.first()) else { return false };
    let (ty, result_ty) = (graph.ty(operand), graph.ty(result));
    ty.dtype == DType::I8
        && ty == result_ty
        && maps_like_range(clamp, node, ty, graph.reference).unwrap_or(false)
}

fn maps_like_range(clamp: &Clamp, node: &Node, ty: &TensorType, reference: Reference) -> Option<bool> {
    let ty = TensorType { shape: [256].into(), ..ty.clone() };
    let range = clamp_range([clamp.min, clamp.max], &ty).ok()?;
    let all: Vec<i8> = (i8::MIN..=i8::MAX).collect();
    let expected: Vec<i32> = all.iter().map(|&x| range.apply(x.into())).collect();
    let (tensor, value) = (Tensor::new("", ty.clone()), Value::i8([256], all)?);
    let call = Evaluation { inputs: &[Some((&tensor, &value))], outputs: &[&ty], reference };
    let results = node.op.evaluate(&call).ok()?;
    let results = results.first()?.as_i8()?;
    Some(results.iter().map(|&y| i32::from(y)).eq(expected))
}
