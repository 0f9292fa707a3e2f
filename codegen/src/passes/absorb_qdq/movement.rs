//! Conversions and operators that only move or select values change places.

use super::{integers, quantised_by};
use crate::ir::{DType, Graph, IntegerForm, Node, NodeId, Op, Quant, Tensor, TensorId, TensorType};
use crate::ops::movement::pad::Pad;
use crate::ops::pooling::max_pool2d::MaxPool2d;
use crate::ops::quantisation::dequantize::Dequantize;
use crate::ops::quantisation::quantize::Quantize;

/// `move(dequantize(q))` becomes `dequantize(move(q))`.
pub(super) fn sink_dequantize(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id).clone();
    let (x, result) = single(graph, &node)?;
    let source = integers(graph, x)?;
    let quant = graph.ty(source).quant.clone().filter(|quant| quant.axis().is_none())?;
    if graph.ty(source).dtype != DType::I8 || graph.tensor(source).is_constant() || !keeps(&node.op, &quant) {
        return None;
    }
    let name = graph.tensor(result).name.clone();
    let ty = TensorType { dtype: DType::I8, quant: Some(quant), shape: graph.ty(result).shape.clone() };
    let moved = graph.add_tensor(Tensor::new(name, ty));
    let conversion = Node {
        name: format!("{}/dequantize", node.name),
        op: Op::new(Dequantize {}),
        inputs: vec![Some(moved)],
        outputs: vec![result],
    };
    let node = graph.node_mut(id);
    (node.inputs, node.outputs) = (vec![Some(source)], vec![moved]);
    graph.insert_after(id, conversion);
    Some(())
}

/// `quantize(move(x))` becomes `move(quantize(x))`, unless `x` is dequantised itself.
pub(super) fn hoist_quantize(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id).clone();
    let (x, result) = single(graph, &node)?;
    if graph.sole_consumer(x) != Some(id) || graph.producer(x).is_none() || integers(graph, x).is_some() {
        return None;
    }
    let reader = quantised_by(graph, result)?;
    let quantised = *graph.node(reader).outputs.first()?;
    let quant = graph.ty(quantised).quant.clone()?;
    if !keeps(&node.op, &quant) {
        return None;
    }
    let ty = TensorType { dtype: DType::I8, quant: Some(quant), shape: graph.ty(x).shape.clone() };
    let source = graph.add_tensor(Tensor::new(graph.tensor(x).name.clone(), ty));
    let conversion = Node {
        name: graph.node(reader).name.clone(),
        op: Op::new(Quantize { to: DType::I8 }),
        inputs: vec![Some(x)],
        outputs: vec![source],
    };
    graph.remove_node(reader);
    let node = graph.node_mut(id);
    (node.inputs, node.outputs) = (vec![Some(source)], vec![quantised]);
    graph.insert_before(id, conversion);
    Some(())
}

/// Operand and result of a float operator that moves or selects values.
fn single(graph: &Graph, node: &Node) -> Option<(TensorId, TensorId)> {
    let (&[Some(x)], &[result]) = (node.inputs.as_slice(), node.outputs.as_slice()) else { return None };
    let moves = node.op.integer_form() == IntegerForm::SameAsInput && !node.op.is_unary_elementwise();
    (moves && graph.ty(result).dtype == DType::F32).then_some((x, result))
}

/// Whether the operator gives the same on integers of this quantisation: numbers among its attributes must be representable.
fn keeps(op: &Op, quant: &Quant) -> bool {
    let (scale, zero_point) = (quant.scale(0), quant.zero_point(0));
    let representable = |x: f32| {
        let steps = (x / scale).round_ties_even();
        let stored = f64::from(steps) + f64::from(zero_point);
        steps * scale == x && (-128.0..=127.0).contains(&stored)
    };
    if let Some(pad) = op.downcast::<Pad>() {
        return representable(pad.value);
    }
    if let Some(pool) = op.downcast::<MaxPool2d>() {
        return pool.clamp.iter().all(|&bound| bound.is_infinite() || representable(bound));
    }
    true
}
