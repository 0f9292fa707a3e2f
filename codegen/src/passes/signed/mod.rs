//! Turns unsigned 8-bit tensors into signed ones, and gives weights the zero point 0: kernels know signed tensors and symmetric
//! weights only.
//!
//! Post-condition: no quantised tensor is u8, and no constant that is read as weights has a zero point other than 0. Values of
//! activations become `q - 128` and their zero points `z - 128`, so all real numbers stay what they are; ports say that the
//! caller's bytes are unsigned. Weights become `w - z`, which is refused where it does not fit eight bits.

use super::Pass;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{DType, Graph, IntegerForm, Op, Quant, TensorId, Value};
use crate::ops::quantisation::dequantize::Dequantize;
use crate::ops::quantisation::quantize::Quantize;

/// The pass.
pub const PASS: Pass = Pass { name: "signed", run };

/// Carries the pass out.
pub fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    let mut faults = Diagnostics::default();
    for id in weights(graph) {
        if let Err(fault) = recentre(graph, id) {
            faults.push(Diagnostic::error(fault).at(Place::tensor(&graph.tensor(id).name)).help(
                "quantise the weights symmetrically (onnxruntime: weight_type int8, or extra_options WeightSymmetric)",
            ));
        }
    }
    faults.into_result(())?;
    let unsigned =
        |graph: &Graph, id: TensorId| graph.ty(id).dtype == DType::U8 && graph.ty(id).quant.is_some();
    let shifted: Vec<TensorId> = graph.tensor_ids().filter(|&id| unsigned(graph, id)).collect();
    for &id in &shifted {
        shift(graph, id);
    }
    for index in 0..graph.states.len() {
        let (read, initial) = (graph.states[index].read, graph.states[index].initial.take());
        // What was zero bits is not any more.
        let initial = match shifted.contains(&read) {
            true => signed(&initial.unwrap_or_else(|| Value::zeros(DType::U8, graph.ty(read).shape.clone()))),
            false => initial,
        };
        graph.states[index].initial = initial;
    }
    for id in graph.order().to_vec() {
        let node = graph.node(id);
        let result = node.outputs.first().copied();
        if node.op.downcast::<Quantize>().is_some_and(|op| op.to == DType::U8)
            && result.is_some_and(|result| shifted.contains(&result))
        {
            graph.node_mut(id).op = Op::new(Quantize { to: DType::I8 });
        }
    }
    for port in graph.inputs.iter_mut().chain(&mut graph.outputs) {
        if shifted.contains(&port.tensor) {
            port.boundary.unsigned = true;
        }
    }
    Ok(())
}

/// Constants that are read as weights, directly or dequantised.
fn weights(graph: &Graph) -> Vec<TensorId> {
    let mut found = Vec::new();
    for (_, node) in graph.nodes() {
        let IntegerForm::Free { weights: Some((index, _)), .. } = node.op.integer_form() else { continue };
        let Some(mut id) = node.input(index) else { continue };
        if let Some(producer) = graph.producer(id).map(|producer| graph.node(producer))
            && producer.op.is::<Dequantize>()
            && let Some(operand) = producer.input(0)
        {
            id = operand;
        }
        if graph.tensor(id).is_constant() && !found.contains(&id) {
            found.push(id);
        }
    }
    found
}

/// Gives constant weights the zero point 0.
fn recentre(graph: &mut Graph, id: TensorId) -> Result<(), String> {
    let tensor = graph.tensor(id);
    let (Some(quant), Some(value)) = (tensor.ty.quant.clone(), tensor.data.clone()) else { return Ok(()) };
    if !matches!(tensor.ty.dtype, DType::I8 | DType::U8)
        || (tensor.ty.dtype == DType::I8 && quant.is_symmetric())
    {
        return Ok(());
    }
    let channel = value.channel_of(quant.axis());
    let integers = value.integers().unwrap_or_default();
    let centred: Vec<i64> =
        integers.iter().enumerate().map(|(i, &w)| w - i64::from(quant.zero_point(channel(i)))).collect();
    let centred_value = Value::from_integers(DType::I8, value.shape().clone(), &centred).ok_or_else(|| {
        let (low, high) = (centred.iter().min().copied().unwrap_or(0), centred.iter().max().copied().unwrap_or(0));
        format!("the weights reach from {low} to {high} steps around their zero point, which does not fit eight bits")
    })?;
    let tensor = graph.tensor_mut(id);
    tensor.ty.dtype = DType::I8;
    tensor.ty.quant = Some(match quant {
        Quant::PerTensor { scale, .. } => Quant::per_tensor(scale, 0),
        Quant::PerAxis { axis, scales, .. } => Quant::symmetric(axis, scales),
    });
    tensor.data = Some(centred_value.into());
    Ok(())
}

/// Moves values and zero point down by 128.
fn shift(graph: &mut Graph, id: TensorId) {
    let tensor = graph.tensor_mut(id);
    tensor.ty.dtype = DType::I8;
    match &mut tensor.ty.quant {
        Some(Quant::PerTensor { zero_point, .. }) => *zero_point -= 128,
        Some(Quant::PerAxis { zero_points, .. }) => {
            zero_points.iter_mut().for_each(|zero_point| *zero_point -= 128)
        }
        None => {}
    }
    if let Some(signed) = tensor.data.as_deref().and_then(signed) {
        tensor.data = Some(signed.into());
    }
}

/// Unsigned values, 128 lower.
fn signed(value: &Value) -> Option<Value> {
    let data = value.as_u8()?.iter().map(|&v| (v ^ 0x80) as i8).collect();
    Value::i8(value.shape().clone(), data)
}
