//! Folds products with, and sums with, constants behind a layer with weights into its weights and biases: batch normalisation,
//! biases that a file adds apart.
//!
//! In floating point only, where the constant is one number or one per output channel, the layer's result has no other reader, and
//! the layer does not clamp. A clamp of the product or sum becomes the layer's. Weights that other nodes read stay for those.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{Graph, IntegerForm, NodeId, Op, Shape, Tensor, TensorId, Value};
use crate::ops::elementwise::add::Add;
use crate::ops::elementwise::mul::Mul;
use crate::ops::elementwise::sub::Sub;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "fold_affine", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    for id in graph.order().to_vec() {
        if let Some(step) = affine(graph, id) {
            fold(graph, id, &step);
        }
    }
    Ok(())
}

/// `y = clamp(factor · x + shift)`, per channel.
struct Affine {
    x: TensorId,
    factors: Option<Vec<f32>>,
    shifts: Option<Vec<f32>>,
    clamp: [f32; 2],
}

/// The node as an affine function of its computed operand, if it is one.
fn affine(graph: &Graph, id: NodeId) -> Option<Affine> {
    let node = graph.node(id);
    let &[Some(a), Some(b)] = node.inputs.as_slice() else { return None };
    let (x, constant) = match (graph.constant(a), graph.constant(b)) {
        (None, Some(_)) => (a, b),
        (Some(_), None) => (b, a),
        _ => return None,
    };
    // The constant must not make the result larger than its operand.
    if graph.ty(x).shape != graph.ty(*node.outputs.first()?).shape {
        return None;
    }
    let numbers = per_channel(graph.constant(constant)?, graph.ty(x).shape.channels())?;
    let negated = || numbers.iter().map(|v| -v).collect();
    let (factors, shifts, clamp) = if let Some(Mul { clamp }) = node.op.downcast() {
        (Some(numbers), None, *clamp)
    } else if let Some(Add { clamp }) = node.op.downcast() {
        (None, Some(numbers), *clamp)
    } else if let Some(Sub { clamp }) = node.op.downcast() {
        if constant == b {
            (None, Some(negated()), *clamp)
        } else {
            (Some(vec![-1.0; numbers.len()]), Some(numbers), *clamp)
        }
    } else {
        return None;
    };
    Some(Affine { x, factors, shifts, clamp })
}

/// One number per channel; none if the constant differs along another axis.
fn per_channel(constant: &Value, channels: usize) -> Option<Vec<f32>> {
    match constant.as_f32()? {
        [number] => Some(vec![*number; channels]),
        numbers if numbers.len() == channels && constant.shape().channels() == channels => {
            Some(numbers.to_vec())
        }
        _ => None,
    }
}

fn fold(graph: &mut Graph, id: NodeId, step: &Affine) -> Option<()> {
    let layer_id = graph.producer(step.x)?;
    let layer = graph.node(layer_id);
    if graph.sole_consumer(step.x) != Some(id) || layer.outputs.len() != 1 {
        return None;
    }
    let IntegerForm::Free { weights: Some((at, axis)), bias: Some(bias_at) } = layer.op.integer_form() else {
        return None;
    };
    if layer.op.unclamped()?.attributes() != layer.op.attributes() {
        return None;
    }
    let weights_id = layer.input(at)?;
    let weights = scaled(graph.constant(weights_id)?, axis, step.factors.as_deref())?;
    let channels = *weights.shape().dims().get(axis)?;
    let bias_id = layer.input(bias_at);
    let bias = match bias_id {
        Some(id) => graph.constant(id)?.as_f32()?.to_vec(),
        None => vec![0.0; channels],
    };
    let one =
        |numbers: &Option<Vec<f32>>, channel: usize| numbers.as_ref().and_then(|n| n.get(channel).copied());
    let bias: Vec<f32> = bias
        .iter()
        .enumerate()
        .map(|(c, b)| b * one(&step.factors, c).unwrap_or(1.0) + one(&step.shifts, c).unwrap_or(0.0))
        .collect();
    let bias = Value::f32(Shape(vec![channels]), bias)?;
    let op: Op = layer.op.with_clamp(step.clamp[0], step.clamp[1])?;
    let bias_name = match bias_id {
        Some(id) => graph.tensor(id).name.clone(),
        None => format!("{}/bias", layer.name),
    };
    let weights_id = match &step.factors {
        Some(_) => graph.add_tensor(Tensor::constant(graph.tensor(weights_id).name.clone(), weights, None)),
        None => weights_id,
    };
    let bias_id = graph.add_tensor(Tensor::constant(bias_name, bias, None));
    let outputs = graph.node(id).outputs.clone();
    graph.remove_node(id);
    let layer = graph.node_mut(layer_id);
    layer.op = op;
    layer.inputs.resize(layer.inputs.len().max(at.max(bias_at) + 1), None);
    layer.inputs[at] = Some(weights_id);
    layer.inputs[bias_at] = Some(bias_id);
    layer.outputs = outputs;
    Some(())
}

/// Weights with each channel along `axis` times its factor.
fn scaled(weights: &Value, axis: usize, factors: Option<&[f32]>) -> Option<Value> {
    let data = weights.as_f32()?;
    let Some(factors) = factors else { return Some(weights.clone()) };
    let channel = weights.channel_of(Some(axis));
    let scaled: Option<Vec<f32>> =
        data.iter().enumerate().map(|(i, w)| Some(w * factors.get(channel(i))?)).collect();
    Value::f32(weights.shape().clone(), scaled?)
}
