//! Weights to int8 per channel, biases to int32, and the correction of biases for what rounding does to the weights.

use std::collections::BTreeMap;

use super::forms::Forms;
use super::observe::{Observed, is_usable};
use super::range;
use super::share::Quants;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{
    DType, Evaluation, Graph, IntegerForm, Node, NodeId, Quant, Reference, Tensor, TensorType, Value,
};

/// The largest bias: half of what int32 holds, so that the products have room beside it.
const LARGEST_BIAS: f64 = (1u32 << 30) as f64;

/// Steps of the bias in one step of the result, for channels whose weights are all zero.
const BIAS_STEPS: f32 = 256.0;

/// Integers with what they stand for.
pub(super) type Constant = (Value, Quant);

/// The integer constants of the nodes, by operand index.
pub(super) type Parameters = BTreeMap<(NodeId, usize), Constant>;

/// Quantises the constant operands of every node that has an integer form.
pub(super) fn quantise(
    graph: &Graph,
    forms: &Forms,
    quants: &Quants,
    observed: &Observed,
    correct: bool,
) -> Result<Parameters, Diagnostics> {
    let mut parameters = Parameters::new();
    let mut faults = Diagnostics::default();
    for (id, node) in graph.nodes() {
        let (weights, bias) = match forms.get(id) {
            IntegerForm::None => continue,
            IntegerForm::Free { weights, bias } => (weights, bias),
            IntegerForm::SameAsInput | IntegerForm::Fixed { .. } => (None, None),
        };
        let constants = Constants { graph, node, quants, observed };
        match constants.quantise(weights, bias, correct) {
            Ok(own) => parameters.extend(own.into_iter().map(|(index, constant)| ((id, index), constant))),
            Err(fault) => faults.push(fault.at(graph.place(node))),
        }
    }
    faults.into_result(parameters)
}

struct Constants<'a> {
    graph: &'a Graph,
    node: &'a Node,
    quants: &'a Quants,
    observed: &'a Observed,
}

impl Constants<'_> {
    fn quantise(
        &self,
        weights: Option<(usize, usize)>,
        bias: Option<usize>,
        correct: bool,
    ) -> Result<Vec<(usize, Constant)>, Diagnostic> {
        let mut own = Vec::new();
        for index in 0..self.node.inputs.len() {
            let is_layer = Some(index) == bias || weights.is_some_and(|(weights, _)| weights == index);
            if let Some(value) = self.constant(index)
                && !is_layer
            {
                own.push((index, self.per_tensor(index, value)?));
            }
        }
        if let Some((index, axis)) = weights
            && let Some(value) = self.constant(index)
        {
            let layer = Layer::new(self, index, axis, bias)?;
            let weights = layer.weights(value)?;
            if let Some(bias) = bias {
                let shift = if correct { self.mean_shift(index, &weights) } else { None };
                own.push((bias, layer.bias(&weights.1, shift)?));
            }
            own.push((index, weights));
        }
        Ok(own)
    }

    fn constant(&self, index: usize) -> Option<&Value> {
        self.node
            .input(index)
            .and_then(|id| self.graph.constant(id))
            .filter(|value| value.dtype() == DType::F32)
    }

    /// The numbers of a constant operand; they must be finite.
    fn numbers(&self, index: usize) -> Result<Option<&[f32]>, Diagnostic> {
        let Some(data) = self.constant(index).and_then(Value::as_f32) else { return Ok(None) };
        if is_usable(data) {
            return Ok(Some(data));
        }
        Err(self.fault(index, "a constant holds NaN, infinity or a number near it").help(
            "look for NaN or infinity in the trained weights: training that diverged, a division by a variance of zero",
        ))
    }

    fn fault(&self, index: usize, message: &str) -> Diagnostic {
        let name = self.node.input(index).map(|id| self.graph.tensor(id).name.clone()).unwrap_or_default();
        Diagnostic::error(message).at(Place::tensor(&name))
    }

    /// The scale of an activation.
    fn scale(&self, id: Option<crate::ir::TensorId>) -> Option<f32> {
        id.and_then(|id| self.quants.get(&id)).map(|quant| quant.scale(0))
    }

    /// An int8 constant that is not a weight (an addend), with one scale and zero point.
    fn per_tensor(&self, index: usize, constant: &Value) -> Result<Constant, Diagnostic> {
        let data = self.numbers(index)?.unwrap_or_default();
        let shared = self.node.input(index).and_then(|id| self.quants.get(&id).cloned());
        let quant = shared.unwrap_or_else(|| {
            let min = data.iter().fold(0.0f32, |min, &x| min.min(x));
            let max = data.iter().fold(0.0f32, |max, &x| max.max(x));
            range::quant((min, max))
        });
        let integers = range::to_int8(data, &quant);
        let value = Value::i8(constant.shape().clone(), integers);
        Ok((value.ok_or_else(|| self.fault(index, SIZE_FAULT))?, quant))
    }

    /// By how much rounding the weights moves each channel's mean result: the operator, without its activation, applied to
    /// the mean operand and the weights' rounding errors (the operator is linear in both).
    ///
    /// M. Nagel et al., "Data-free quantization through weight equalization and bias correction" (2019), with the empirical mean.
    fn mean_shift(&self, weight_index: usize, (integers, quant): &Constant) -> Option<Vec<f32>> {
        let operand = self.node.input(0)?;
        let weights = self.constant(weight_index)?;
        let errors: Vec<f32> = integers
            .dequantise(Some(quant))
            .iter()
            .zip(weights.as_f32()?)
            .map(|(quantised, real)| quantised - real)
            .collect();
        let shape = self.graph.ty(operand).shape.clone();
        let mean = Value::f32(shape, self.observed.get(&operand)?.mean.clone())?;
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
        for row in shift.chunks(channels) {
            row.iter().zip(&mut mean).for_each(|(x, sum)| *sum += x / positions);
        }
        Some(mean)
    }
}

/// A layer with weights: its channels' largest weights and its biases, before and after.
struct Layer<'a> {
    constants: &'a Constants<'a>,
    index: usize,
    axis: usize,
    numbers: &'a [f32],
    bias: Vec<f32>,
    /// Scales of operand and result.
    input: f32,
    output: f32,
}

impl<'a> Layer<'a> {
    fn new(
        constants: &'a Constants<'a>,
        index: usize,
        axis: usize,
        bias: Option<usize>,
    ) -> Result<Self, Diagnostic> {
        let numbers = constants.numbers(index)?.unwrap_or_default();
        let weights = constants.constant(index).ok_or_else(|| constants.fault(index, SIZE_FAULT))?;
        let channels = weights.shape().dims().get(axis).copied().unwrap_or(1);
        let mut own = vec![0.0; channels];
        if let Some(data) = bias.map(|bias| constants.numbers(bias)).transpose()?.flatten() {
            own.iter_mut().zip(data).for_each(|(own, &data)| *own = data);
        }
        let input = constants.scale(constants.node.input(0)).unwrap_or(1.0);
        let output = constants.scale(constants.node.outputs.first().copied()).unwrap_or(1.0);
        Ok(Layer { constants, index, axis, numbers, bias: own, input, output })
    }

    /// Symmetric int8 weights with a scale for each channel.
    fn weights(&self, weights: &Value) -> Result<Constant, Diagnostic> {
        let channel = weights.channel_of(Some(self.axis));
        let mut largest = vec![0.0f32; self.bias.len()];
        let mut i = 0;
        while i < self.numbers.len() {
            if let Some(entry) = largest.get_mut(channel(i)) {
                *entry = entry.max(self.numbers[i].abs());
            }
            i += 1;
        }
        let scales: Vec<f32> = largest
            .iter()
            .zip(&self.bias)
            .map(|(&largest, &bias)| self.weight_scale(largest, bias))
            .collect();
        let integer = |(i, w): (usize, &f32)| {
            let scale = scales.get(channel(i)).copied().unwrap_or(1.0);
            (w / scale).round().clamp(-127.0, 127.0) as i8
        };
        let integers = self.numbers.iter().enumerate().map(integer).collect();
        let value = Value::i8(weights.shape().clone(), integers);
        let value = value.ok_or_else(|| self.constants.fault(self.index, SIZE_FAULT))?;
        Ok((value, Quant::symmetric(self.axis, scales)))
    }

    /// The scale of a channel's weights: 1/127 of the largest, or more where the bias, which is counted in steps of input scale ×
    /// weight scale, would else not fit. (Small weights beside a large bias hardly change the result.)
    fn weight_scale(&self, largest: f32, bias: f32) -> f32 {
        let smallest = f64::from(bias.abs()) / (LARGEST_BIAS * f64::from(self.input));
        // The product with the input scale must be a normal number.
        let smallest = smallest.max(2.0 * f64::from(f32::MIN_POSITIVE) / f64::from(self.input));
        let own = match largest / 127.0 {
            // A dead channel: its bias alone is to be exact.
            scale if scale < f32::MIN_POSITIVE => self.output / self.input / BIAS_STEPS,
            scale => scale,
        };
        (f64::from(own).max(smallest) as f32).max(f32::MIN_POSITIVE)
    }

    /// Biases in steps of input scale × weight scale, less what rounding the weights adds to the mean result.
    fn bias(&self, weights: &Quant, shift: Option<Vec<f32>>) -> Result<Constant, Diagnostic> {
        let shift = shift.unwrap_or_default();
        let scales: Vec<f32> =
            (0..self.bias.len()).map(|channel| self.input * weights.scale(channel)).collect();
        let integers = self.bias.iter().zip(&scales).enumerate().map(|(channel, (bias, scale))| {
            let real = bias - shift.get(channel).copied().unwrap_or(0.0);
            (f64::from(real) / f64::from(*scale)).round() as i32
        });
        let value = Value::i32([self.bias.len()], integers.collect());
        let value = value.ok_or_else(|| self.constants.fault(self.index, SIZE_FAULT))?;
        Ok((value, Quant::symmetric(0, scales)))
    }
}

const SIZE_FAULT: &str = "a constant does not have the size of its shape";
