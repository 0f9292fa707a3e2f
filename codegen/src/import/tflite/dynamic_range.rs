//! Layers with int8 weights on f32 activations (dynamic-range quantisation).
//!
//! LiteRT quantises the activations of such a layer as it goes. With `precision = "f32"` the graph says so in operators: the
//! activations become whole numbers and a scale, the layer multiplies whole numbers (exact in f32 up to 2^24, which is over 1,000
//! products), and the scales are applied behind it. For quantising with calibration data the weights are simply dequantised.

use super::convert;
use crate::config::Precision;
use crate::ir::{DType, Fault, Graph, Node, NodeId, Op, Quant, Tensor, TensorId, TensorType, Value};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::elementwise::add::Add;
use crate::ops::elementwise::mul::Mul;
use crate::ops::quantisation::dynamic_quantize::DynamicQuantize;

/// The operands of an operator as its import function shall see them, and the scale to apply behind it.
pub(super) fn operands(
    graph: &mut Graph,
    operands: Vec<Option<TensorId>>,
    precision: Precision,
) -> (Vec<Option<TensorId>>, Option<f32>) {
    let [Some(x), Some(weights), ..] = operands[..] else { return (operands, None) };
    let (x, weights) = (graph.ty(x), graph.tensor(weights));
    let (Some(Quant::PerTensor { scale, zero_point: 0 }), Some(value)) = (&weights.ty.quant, &weights.data)
    else {
        return (convert::float_weights(graph, operands), None);
    };
    if x.dtype != DType::F32 || precision != Precision::F32 {
        return (convert::float_weights(graph, operands), None);
    }
    let (name, scale, shape) = (weights.name.clone(), *scale, value.shape().clone());
    match Value::f32(shape, value.dequantise(None)) {
        Some(whole) => {
            let mut operands = operands;
            operands[1] = Some(graph.add_tensor(Tensor::constant(name, whole, None)));
            (operands, Some(scale))
        }
        None => (operands, None),
    }
}

/// Replaces `layer`, whose weights are whole numbers, by dynamic quantisation, the layer itself, scaling, bias and activation.
pub(super) fn expand(graph: &mut Graph, layer: NodeId, weight_scale: f32) -> Result<(), Fault> {
    let Node { name, op, inputs, outputs } = graph.node(layer).clone();
    let (Some(unclamped), [Some(x), weights, ..], [result]) = (op.unclamped(), &inputs[..], &outputs[..])
    else {
        return Err(
            "int8 weights on f32 activations are supported for CONV_2D and FULLY_CONNECTED".to_owned()
        );
    };
    let clamp = op.attributes().get("clamp")?;
    let bias = inputs.get(2).copied().flatten();
    let shape = graph.ty(*result).shape.clone();
    let tensor = |graph: &mut Graph, suffix: &str, shape: crate::ir::Shape| {
        graph.add_tensor(Tensor::new(format!("{name}/{suffix}"), TensorType::new(DType::F32, shape)))
    };
    let whole = tensor(graph, "whole", graph.ty(*x).shape.clone());
    let activation_scale = tensor(graph, "activation_scale", [1].into());
    let scale = tensor(graph, "scale", [1].into());
    let products = tensor(graph, "products", shape.clone());
    let weight_scale = Value::f32([1], vec![weight_scale]).ok_or("the weight scale is one number")?;
    let weight_scale = graph.add_tensor(Tensor::constant(format!("{name}/weight_scale"), weight_scale, None));
    let emit = |graph: &mut Graph, op: Op, inputs: Vec<Option<TensorId>>, outputs: Vec<TensorId>| {
        graph.add_node(Node { name: name.clone(), op, inputs, outputs });
    };
    graph.remove_node(layer);
    emit(graph, Op::new(DynamicQuantize {}), vec![Some(*x)], vec![whole, activation_scale]);
    emit(graph, unclamped, vec![Some(whole), *weights], vec![products]);
    emit(
        graph,
        Op::new(Mul { clamp: UNCLAMPED }),
        vec![Some(activation_scale), Some(weight_scale)],
        vec![scale],
    );
    match bias {
        None => emit(graph, Op::new(Mul { clamp }), vec![Some(products), Some(scale)], vec![*result]),
        Some(bias) => {
            let scaled = graph.add_tensor(Tensor::new("scaled", TensorType::new(DType::F32, shape)));
            emit(graph, Op::new(Mul { clamp: UNCLAMPED }), vec![Some(products), Some(scale)], vec![scaled]);
            emit(graph, Op::new(Add { clamp }), vec![Some(scaled), Some(bias)], vec![*result]);
        }
    }
    Ok(())
}
