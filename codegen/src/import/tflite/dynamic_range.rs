//! Layers with int8 weights on f32 activations (dynamic-range quantisation).
//!
//! LiteRT quantises the activations of such a layer as it goes: those of FULLY_CONNECTED row by row and, as the file says,
//! symmetrically or not; those of convolutions together, symmetrically where one scale is for all weights, else not. With
//! `precision = "f32"` the graph says so in operators: the activations become whole numbers and scales, the layer multiplies whole
//! numbers (exact in f32 up to 2^24, which is over 500 products), and the scales are applied behind it. For quantising with
//! calibration data the weights are simply dequantised.

use super::options::FullyConnectedOptions;
use super::schema::{BuiltinOperator, Operator};
use crate::config::Precision;
use crate::ir::{DType, Fault, Graph, Node, NodeId, Op, Quant, Shape, Tensor, TensorId, TensorType, Value};
use crate::ops::common::quantised::UNCLAMPED;
use crate::ops::elementwise::add::Add;
use crate::ops::elementwise::mul::Mul;
use crate::ops::quantisation::dynamic_quantize::DynamicQuantize;

/// What stands for a layer's quantisation once its weights are whole numbers.
pub(super) struct Hybrid {
    activations: DynamicQuantize,
    weight_scales: Vec<f32>,
}

/// The operands of an operator as its import function shall see them, and what is to be done around it.
pub(super) fn operands(
    graph: &mut Graph,
    operator: &Operator<'_>,
    mut operands: Vec<Option<TensorId>>,
    precision: Precision,
) -> Result<(Vec<Option<TensorId>>, Option<Hybrid>), Fault> {
    let &[Some(x), Some(weights), ..] = &operands[..] else { return Ok((operands, None)) };
    let (x, weights) = (graph.ty(x).clone(), graph.tensor(weights).clone());
    let (Some(quant), Some(value)) = (&weights.ty.quant, &weights.data) else { return Ok((operands, None)) };
    if x.dtype != DType::F32 || weights.ty.dtype != DType::I8 {
        return Ok((operands, None));
    }
    if !quant.is_symmetric() {
        return Err(format!(
            "the weights `{}` have a zero point other than 0, which LiteRT does not read where activations are f32",
            weights.name
        ));
    }
    let (real, hybrid) = match precision {
        Precision::Int8 => (value.dequantise(Some(quant)), None),
        Precision::F32 => (value.dequantise(None), Some(hybrid(operator, &x, &weights, quant)?)),
    };
    let real = Value::f32(value.shape().clone(), real).ok_or("the weights do not fill their shape")?;
    operands[1] = Some(graph.add_tensor(Tensor::constant(weights.name, real, None)));
    Ok((operands, hybrid))
}

fn hybrid(operator: &Operator<'_>, x: &TensorType, weights: &Tensor, quant: &Quant) -> Result<Hybrid, Fault> {
    let weight_scales = match quant {
        Quant::PerTensor { scale, .. } => vec![*scale],
        Quant::PerAxis { scales, .. } => scales.clone(),
    };
    let activations = match operator.builtin {
        BuiltinOperator::FULLY_CONNECTED => {
            let options = FullyConnectedOptions::read(operator).map_err(|fault| fault.to_string())?;
            let inputs = weights.ty.shape.dims().last().copied().unwrap_or(1).max(1);
            let rows = x.shape.elements() / inputs;
            DynamicQuantize { asymmetric: options.asymmetric_quantize_inputs, rows: rows.max(1) }
        }
        BuiltinOperator::CONV_2D => DynamicQuantize { asymmetric: weight_scales.len() > 1, rows: 1 },
        BuiltinOperator::DEPTHWISE_CONV_2D if weight_scales.len() == weights.ty.shape.channels() => {
            DynamicQuantize { asymmetric: true, rows: 1 }
        }
        BuiltinOperator::DEPTHWISE_CONV_2D => {
            return Err(format!(
                "the weights `{}` have one scale for all channels, which LiteRT refuses where activations are f32",
                weights.name
            ));
        }
        _ => {
            return Err("int8 weights on f32 activations are supported for convolutions and FULLY_CONNECTED"
                .to_owned());
        }
    };
    Ok(Hybrid { activations, weight_scales })
}

/// Replaces `layer`, whose weights are whole numbers, by dynamic quantisation, the layer itself, scaling, bias and activation.
pub(super) fn expand(graph: &mut Graph, layer: NodeId, hybrid: Hybrid) -> Result<(), Fault> {
    let Node { name, op, inputs, outputs } = graph.node(layer).clone();
    let (Some(unclamped), &[Some(x), weights, ref rest @ ..], &[result]) =
        (op.unclamped(), &inputs[..], &outputs[..])
    else {
        return Err("is no layer with weights".to_owned());
    };
    let clamp = op.attributes().get("clamp")?;
    let bias = rest.first().copied().flatten();
    let shape = graph.ty(result).shape.clone();
    let Hybrid { activations, weight_scales } = hybrid;
    let scale_shape = activations.scale_shape();
    let count = weight_scales.len();
    let scales_shape = match (activations.rows, count) {
        (1, count) => Shape(vec![count]),
        (rows, count) => Shape(vec![rows, count]),
    };
    let tensor = |graph: &mut Graph, suffix: &str, shape: Shape| {
        graph.add_tensor(Tensor::new(format!("{name}/{suffix}"), TensorType::new(DType::F32, shape)))
    };
    let whole = tensor(graph, "whole", graph.ty(x).shape.clone());
    let activation_scale = tensor(graph, "activation_scale", scale_shape);
    let scale = tensor(graph, "scale", scales_shape);
    let products = tensor(graph, "products", shape.clone());
    let weight_scale =
        Value::f32([count], weight_scales).ok_or("the weight scales do not fill their shape")?;
    let weight_scale = graph.add_tensor(Tensor::constant(format!("{name}/weight_scale"), weight_scale, None));
    let emit = |graph: &mut Graph, op: Op, inputs: Vec<Option<TensorId>>, outputs: Vec<TensorId>| {
        graph.add_node(Node { name: name.clone(), op, inputs, outputs });
    };
    graph.remove_node(layer);
    emit(graph, Op::new(activations), vec![Some(x)], vec![whole, activation_scale]);
    emit(graph, unclamped, vec![Some(whole), weights], vec![products]);
    emit(
        graph,
        Op::new(Mul { clamp: UNCLAMPED }),
        vec![Some(activation_scale), Some(weight_scale)],
        vec![scale],
    );
    match bias {
        None => emit(graph, Op::new(Mul { clamp }), vec![Some(products), Some(scale)], vec![result]),
        Some(bias) => {
            let scaled = tensor(graph, "scaled", shape);
            emit(graph, Op::new(Mul { clamp: UNCLAMPED }), vec![Some(products), Some(scale)], vec![scaled]);
            emit(graph, Op::new(Add { clamp }), vec![Some(scaled), Some(bias)], vec![result]);
        }
    }
    Ok(())
}
