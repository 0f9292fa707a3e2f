//! Weights to int8 per channel, biases to int32, and the correction of biases for what rounding does to the weights.

use std::collections::{BTreeMap, HashMap};

use super::observe::Statistics;
use super::range;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{
    DType, Evaluation, Graph, IntegerForm, Node, NodeId, Quant, Reference, Tensor, TensorId, TensorType,
    Value,
};

/// Integers with what they stand for.
pub(super) type Constant = (Value, Quant);

/// The integer constants of the nodes, by operand index.
pub(super) type Parameters = BTreeMap<(NodeId, usize), Constant>;

/// Quantises the constant operands of every node that has an integer form.
pub(super) fn quantise(
    graph: &Graph,
    quants: &BTreeMap<TensorId, Quant>,
    statistics: &HashMap<TensorId, Statistics>,
    correct: bool,
) -> Result<Parameters, Diagnostics> {
    let mut parameters = Parameters::new();
    let mut faults = Diagnostics::default();
    for (id, node) in graph.nodes() {
        let IntegerForm::Free { weights, bias } = node.op.integer_form() else { continue };
        let constants = Constants { graph, node, quants, statistics };
        match constants.quantise(weights, bias, correct) {
            Ok(own) => parameters.extend(own.into_iter().map(|(index, constant)| ((id, index), constant))),
            Err(fault) => faults.push(fault.at(Place::node(&node.name, node.op.name()))),
        }
    }
    faults.into_result(parameters)
}

struct Constants<'a> {
    graph: &'a Graph,
    node: &'a Node,
    quants: &'a BTreeMap<TensorId, Quant>,
    statistics: &'a HashMap<TensorId, Statistics>,
}

impl Constants<'_> {
    fn quantise(
        &self,
        weights: Option<(usize, usize)>,
        bias: Option<usize>,
        correct: bool,
    ) -> Result<Vec<(usize, Constant)>, Diagnostic> {
        let mut own = Vec::new();
        let mut weight_quant = None;
        for index in 0..self.node.inputs.len() {
            let Some(value) = self.constant(index) else { continue };
            if Some(index) == bias {
                continue;
            }
            let (value, quant) = match weights {
                Some((weight_index, axis)) if weight_index == index => {
                    let (integers, quant) = per_channel(value, axis)?;
                    weight_quant = Some((index, integers.clone(), quant.clone()));
                    (integers, quant)
                }
                _ => per_tensor(value)?,
            };
            own.push((index, (value, quant)));
        }
        if let (Some(index), Some((weight_index, integers, quant))) = (bias, weight_quant) {
            let channels = match &quant {
                Quant::PerAxis { scales, .. } => scales.len(),
                Quant::PerTensor { .. } => 1,
            };
            let mut real = match self.constant(index).and_then(Value::as_f32) {
                Some(bias) => bias.to_vec(),
                None => vec![0.0; channels],
            };
            if correct && let Some(shift) = self.mean_shift(weight_index, &integers, &quant) {
                for (bias, shift) in real.iter_mut().zip(shift) {
                    *bias -= shift;
                }
            }
            if let Some(input_scale) =
                self.node.input(0).and_then(|id| self.quants.get(&id)).map(|q| q.scale(0))
            {
                own.push((index, integer_bias(&real, input_scale, &quant)?));
            }
        }
        Ok(own)
    }

    fn constant(&self, index: usize) -> Option<&Value> {
        self.node
            .input(index)
            .and_then(|id| self.graph.constant(id))
            .filter(|value| value.dtype() == DType::F32)
    }

    /// By how much rounding the weights moves each channel's mean result: the operator, without its activation, applied to
    /// the mean operand and the weights' rounding errors (the operator is linear in both).
    ///
    /// M. Nagel et al., "Data-free quantization through weight equalization and bias correction" (2019), with the empirical mean.
    fn mean_shift(&self, weight_index: usize, integers: &Value, quant: &Quant) -> Option<Vec<f32>> {
        let operand = self.node.input(0)?;
        let weights = self.constant(weight_index)?;
        let errors: Vec<f32> = integers
            .dequantise(Some(quant))
            .iter()
            .zip(weights.as_f32()?)
            .map(|(quantised, real)| quantised - real)
            .collect();
        let shape = self.graph.ty(operand).shape.clone();
        let mean = Value::f32(shape, self.statistics.get(&operand)?.mean.clone())?;
        let errors = Value::f32(weights.shape().clone(), errors)?;
        let error_tensor = Tensor::new("", TensorType::new(DType::F32, errors.shape().clone()));
        let inputs = [Some((self.graph.tensor(operand), &mean)), Some((&error_tensor, &errors))];
        let output = self.graph.ty(*self.node.outputs.first()?);
        let call = Evaluation { inputs: &inputs, outputs: &[output], reference: Reference::Tflm };
        let results = self.node.op.unclamped()?.evaluate(&call).ok()?;
        let shift = results.first()?.as_f32()?;
        let channels = output.shape.channels().max(1);
        let positions = (shift.len() / channels).max(1) as f32;
        let mut mean = vec![0.0; channels];
        shift
            .chunks(channels)
            .for_each(|row| row.iter().zip(&mut mean).for_each(|(x, sum)| *sum += x / positions));
        Some(mean)
    }
}

/// Symmetric int8 weights with a scale for each index along `axis`.
fn per_channel(weights: &Value, axis: usize) -> Result<(Value, Quant), Diagnostic> {
    let data = finite(weights)?;
    let channel = weights.channel_of(Some(axis));
    let channels = weights.shape().dims().get(axis).copied().unwrap_or(1);
    let mut largest = vec![0.0f32; channels];
    for (i, &w) in data.iter().enumerate() {
        largest[channel(i)] = largest[channel(i)].max(w.abs());
    }
    // A dead channel: any scale will do.
    let scales: Vec<f32> =
        largest.iter().map(|&m| if m > f32::MIN_POSITIVE * 127.0 { m / 127.0 } else { 1.0 }).collect();
    let integers = data
        .iter()
        .enumerate()
        .map(|(i, w)| (w / scales[channel(i)]).round().clamp(-127.0, 127.0) as i8)
        .collect();
    let value = Value::i8(weights.shape().clone(), integers);
    Ok((value.ok_or_else(size_fault)?, Quant::symmetric(axis, scales)))
}

/// An int8 constant that is not a weight (an addend), with one scale and zero point.
fn per_tensor(constant: &Value) -> Result<(Value, Quant), Diagnostic> {
    let data = finite(constant)?;
    let min = data.iter().fold(0.0f32, |min, &x| min.min(x));
    let max = data.iter().fold(0.0f32, |max, &x| max.max(x));
    let quant = range::quant((min, max));
    let (scale, zero_point) = (quant.scale(0), quant.zero_point(0) as f32);
    let integers = data.iter().map(|x| (x / scale + zero_point).round().clamp(-128.0, 127.0) as i8).collect();
    Ok((Value::i8(constant.shape().clone(), integers).ok_or_else(size_fault)?, quant))
}

/// Biases in steps of input scale × weight scale.
fn integer_bias(bias: &[f32], input_scale: f32, weights: &Quant) -> Result<(Value, Quant), Diagnostic> {
    let scales: Vec<f32> = (0..bias.len()).map(|channel| input_scale * weights.scale(channel)).collect();
    let integers = bias
        .iter()
        .zip(&scales)
        .map(|(b, scale)| (f64::from(*b) / f64::from(*scale)).round() as i32)
        .collect();
    Ok((Value::i32([bias.len()], integers).ok_or_else(size_fault)?, Quant::symmetric(0, scales)))
}

fn finite(constant: &Value) -> Result<&[f32], Diagnostic> {
    match constant.as_f32() {
        Some(data) if data.iter().all(|x| x.is_finite()) => Ok(data),
        _ => Err(Diagnostic::error("a weight is not finite")
            .help("look for NaN or infinity in the trained weights")),
    }
}

fn size_fault() -> Diagnostic {
    Diagnostic::error("a constant does not have the size of its shape")
}
