//! How ONNX writes recurrent cells: LSTM, GRU, RNN.

use super::gru::{self, Gru};
use super::lstm::{self, Lstm};
use super::rnn::{self, Rnn};
use super::sequence::{Activation, Direction, Kind};
use crate::import::onnx::{Handle, Item, Layout, NodeImport, Onnx, known};
use crate::ir::{DType, Fault, Operator, TensorId, Value};
use tinyml_arith::unary::UnaryFunction;

pub(super) const LSTM: &[Onnx] = &[Onnx::new(
    "LSTM",
    8,
    known![
        activation_alpha: Floats, activation_beta: Floats, activations: Texts, clip: Float, direction: Text, hidden_size: Int,
        input_forget: Int, layout: Int since 14,
    ],
    lstm,
)
.with_all_results()];

pub(super) const GRU: &[Onnx] = &[Onnx::new(
    "GRU",
    6,
    known![
        activation_alpha: Floats, activation_beta: Floats, activations: Texts, clip: Float, direction: Text, hidden_size: Int,
        linear_before_reset: Int, layout: Int since 14,
    ],
    gru,
)
.with_all_results()];

pub(super) const RNN: &[Onnx] = &[Onnx::new(
    "RNN",
    6,
    known![
        activation_alpha: Floats, activation_beta: Floats, activations: Texts, clip: Float, direction: Text, hidden_size: Int,
        layout: Int since 14,
    ],
    rnn,
)
.with_all_results()];

/// LSTM: sequence, weights, weights of the hidden state, biases, lengths, hidden state, cell, peephole connections. Gates come in the order input,
/// output, forget, cell.
fn lstm(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    if node.has_operand(7) {
        return Err(node.advised("peephole connections (operand P) are not supported", "train the model without them, as PyTorch and Keras do"));
    }
    if node.attribute_or("input_forget", 0i64)? != 0 {
        return Err(node.advised("`input_forget=1` is not supported", "train the model with an input gate of its own"));
    }
    let layer = Layer::read(node, lstm::KIND, &lstm::USUAL)?;
    const ORDER: [usize; 4] = [0, 2, 3, 1];
    let bias = |w: &[f32], r: &[f32]| {
        ORDER.iter().flat_map(|&gate| layer.gate(w, gate).iter().zip(layer.gate(r, gate)).map(|(w, r)| w + r)).collect()
    };
    let constants = layer.constants(node, &ORDER, bias)?;
    let mut states = [layer.state(node, 5, "hidden")?, layer.state(node, 6, "cell")?];
    if let [Some(_), None] | [None, Some(_)] = states {
        for (state, suffix) in states.iter_mut().zip(["hidden_before", "cell_before"]) {
            if state.is_none() {
                let zeros = Value::zeros(DType::F32, [layer.directions(), layer.units]);
                *state = Some(node.add_constant(suffix, zeros, None));
            }
        }
    }
    let sequence = node.is_read(0);
    let op = Lstm { direction: layer.direction, activations: layer.activations.clone(), cell_clip: 0.0, sequence };
    layer.emit(node, op, [&constants[..], &states].concat(), sequence)
}

/// GRU: sequence, weights, weights of the hidden state, biases, lengths, hidden state. Gates come in the order update, reset, candidate.
fn gru(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let linear_before_reset = node.attribute_or("linear_before_reset", 0i64)? != 0;
    let layer = Layer::read(node, gru::KIND, &[Activation::SIGMOID, Activation::TANH])?;
    let bias = |w: &[f32], r: &[f32]| {
        let gates = (0..2).flat_map(|gate| layer.gate(w, gate).iter().zip(layer.gate(r, gate)).map(|(w, r)| w + r));
        gates.chain(layer.gate(w, 2).iter().copied()).chain(layer.gate(r, 2).iter().copied()).collect()
    };
    let constants = layer.constants(node, &[0, 1, 2], bias)?;
    let hidden = layer.state(node, 5, "hidden")?;
    let sequence = node.is_read(0);
    let op = Gru { direction: layer.direction, activations: layer.activations.clone(), linear_before_reset, sequence };
    layer.emit(node, op, [&constants[..], &[hidden]].concat(), sequence)
}

/// RNN: sequence, weights, weights of the hidden state, biases, lengths, hidden state.
fn rnn(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let layer = Layer::read(node, rnn::KIND, &[Activation::TANH])?;
    let bias = |w: &[f32], r: &[f32]| w.iter().zip(r).map(|(w, r)| w + r).collect();
    let constants = layer.constants(node, &[0], bias)?;
    let hidden = layer.state(node, 5, "hidden")?;
    let sequence = node.is_read(0);
    let op = Rnn { direction: layer.direction, activations: layer.activations.clone(), sequence };
    layer.emit(node, op, [&constants[..], &[hidden]].concat(), sequence)
}

/// A layer of the file.
struct Layer {
    kind: Kind,
    direction: Direction,
    activations: Vec<Activation>,
    /// Vectors of the sequence.
    steps: usize,
    inputs: usize,
    units: usize,
    /// Whether the batch is the first axis, and not the second.
    batch_first: bool,
}

impl Layer {
    fn read(node: &NodeImport<'_>, kind: Kind, usual: &[Activation]) -> Result<Layer, Fault> {
        let name = node.attribute_or("direction", "forward".to_owned())?;
        let direction = Direction::from_name(&name).ok_or_else(|| format!("the direction `{name}` is not known"))?;
        if node.attribute::<f32>("clip")?.is_some() {
            return Err(node.advised("`clip` is not supported", "export the model without it: PyTorch and Keras do not write it"));
        }
        let batch_first = node.attribute_or("layout", 0i64)? != 0;
        let dims = node.file_dims(&node.input(0)?);
        let &[first, second, inputs] = &dims[..] else { return Err(format!("expects a sequence of three axes, got {dims:?}")) };
        let (steps, batch) = if batch_first { (second, first) } else { (first, second) };
        if batch != 1 {
            return Err(node.advised(
                format!("works on one sequence at a time, but the operand {dims:?} has a batch of {batch}"),
                "export the model with a batch of 1, or let the batch be open",
            ));
        }
        let units = match node.file_dims(&node.input(2)?)[..] {
            [_, _, units] => units,
            ref dims => return Err(format!("the weights of the hidden state have the shape {dims:?}")),
        };
        if let Some(size) = node.attribute::<i64>("hidden_size")?
            && usize::try_from(size).ok() != Some(units)
        {
            return Err(format!("`hidden_size={size}`, but the weights are for {units}"));
        }
        let activations = activations(node, direction.ways().len(), usual)?;
        let layer = Layer { kind, direction, activations, steps, inputs, units, batch_first };
        layer.check_lengths(node)?;
        Ok(layer)
    }

    fn directions(&self) -> usize {
        self.direction.ways().len()
    }

    /// Lengths of the batch's sequences: that of the only one must be all of it.
    fn check_lengths(&self, node: &NodeImport<'_>) -> Result<(), Fault> {
        if !node.has_operand(4) {
            return Ok(());
        }
        let help = "export the model for sequences that fill their axis (PyTorch: without pack_padded_sequence)";
        if node.is_computed(4) {
            return Err(node.advised("a computed length of the sequence (operand sequence_lens) is not supported", help));
        }
        match node.integers(4)?[..] {
            [length] if usize::try_from(length).ok() == Some(self.steps) => Ok(()),
            ref lengths => Err(node.advised(
                format!("sequences of {lengths:?} steps (operand sequence_lens) within {} are not supported", self.steps),
                help,
            )),
        }
    }

    /// A gate's part of a direction's constants.
    fn gate<'a, T>(&self, all: &'a [T], gate: usize) -> &'a [T] {
        let count = all.len() / self.kind.gates;
        all.get(gate * count..(gate + 1) * count).unwrap_or_default()
    }

    /// The constants of an operand, whose shape must be this.
    fn reals(&self, node: &NodeImport<'_>, index: usize, shape: &[usize], what: &str) -> Result<Vec<f32>, Fault> {
        let constant = node.constant_item(index, what)?;
        if constant.value.shape().dims() != shape {
            return Err(format!("{what} must have the shape {shape:?}, but have {}", constant.value.shape()));
        }
        Ok(constant.value.dequantise(constant.quant.as_ref()))
    }

    /// Sequence, weights, weights of the hidden state and biases, with gates in this order. `bias` makes a direction's of those of weights and of
    /// weights of the hidden state.
    fn constants(
        &self,
        node: &mut NodeImport<'_>,
        order: &[usize],
        bias: impl Fn(&[f32], &[f32]) -> Vec<f32>,
    ) -> Result<Vec<Option<TensorId>>, Fault> {
        let (directions, inputs, units) = (self.directions(), self.inputs, self.units);
        let rows = self.kind.gates.saturating_mul(units);
        let item = node.input(0)?;
        let dtype = node.dtype(&item);
        if dtype != DType::F32 {
            return Err(format!("works on real numbers, but the operand is {dtype} (DequantizeLinear makes it real)"));
        }
        let x = node.lay(&item, &Layout::plain(3))?;
        let x = node.view(x, vec![self.steps, inputs])?;
        let mut tensors = vec![Some(x)];
        for (index, columns, what, suffix) in
            [(1, inputs, "the weights W", "weights"), (2, units, "the weights R", "recurrent_weights")]
        {
            let all = self.reals(node, index, &[directions, rows, columns], what)?;
            let ordered: Vec<f32> = all
                .chunks((rows * columns).max(1))
                .flat_map(|own| order.iter().flat_map(|&gate| self.gate(own, gate).iter().copied()))
                .collect();
            let value = Value::f32([directions, rows, columns], ordered).ok_or("the weights do not fill their shape")?;
            tensors.push(Some(node.add_constant(suffix, value, None)));
        }
        tensors.push(match node.has_operand(3) {
            false => None,
            true => {
                let all = self.reals(node, 3, &[directions, 2 * rows], "the biases B")?;
                let made: Vec<f32> = all.chunks((2 * rows).max(1)).flat_map(|own| bias(&own[..rows], &own[rows..])).collect();
                let value = Value::f32([directions, self.kind.biases * units], made).ok_or("the biases do not fill their shape")?;
                Some(node.add_constant("bias", value, None))
            }
        });
        Ok(tensors)
    }

    /// A state to begin with, `[D, H]`; none if it is 0.0 or left out.
    fn state(&self, node: &mut NodeImport<'_>, index: usize, what: &str) -> Result<Option<TensorId>, Fault> {
        let Some(item) = node.optional(index)? else { return Ok(None) };
        let expected = self.state_dims();
        let dims = node.file_dims(&item);
        if dims != expected {
            return Err(format!("the state {what} must have the shape {expected:?}, but has {dims:?}"));
        }
        if node.dtype(&item) != DType::F32 {
            return Err(format!("the state {what} must be in real numbers"));
        }
        let shape = vec![self.directions(), self.units];
        if let Item::Constant(constant) = &item {
            let data = constant.value.dequantise(constant.quant.as_ref());
            if data.iter().all(|&x| x == 0.0) {
                return Ok(None);
            }
            let value = Value::f32(shape, data).ok_or("the state does not fill its shape")?;
            return Ok(Some(node.add_constant(&format!("{what}_before"), value, None)));
        }
        let tensor = node.lay(&item, &Layout::plain(3))?;
        node.view(tensor, shape).map(Some)
    }

    /// The shape of a state in the file.
    fn state_dims(&self) -> Vec<usize> {
        if self.batch_first { vec![1, self.directions(), self.units] } else { vec![self.directions(), 1, self.units] }
    }

    /// Adds the node, and lets the file's results be its results.
    fn emit(
        &self,
        node: &mut NodeImport<'_>,
        op: impl Operator,
        inputs: Vec<Option<TensorId>>,
        sequence: bool,
    ) -> Result<(), Fault> {
        let results = node.results(op, inputs)?;
        let (directions, units) = (self.directions(), self.units);
        let all_steps = match self.batch_first {
            true => vec![1, self.steps, directions, units],
            false => vec![self.steps, directions, 1, units],
        };
        let (states, last) = results.split_at(results.len() - usize::from(sequence));
        let all = last.iter().map(|&tensor| (0, tensor, all_steps.clone()));
        let all = all.chain(states.iter().enumerate().map(|(number, &tensor)| (1 + number, tensor, self.state_dims())));
        for (index, tensor, dims) in all {
            if node.is_read(index) {
                let layout = Layout::plain(dims.len());
                let tensor = node.view(tensor, dims)?;
                node.bind_result(index, Item::Computed(Handle { tensor, layout }));
            }
        }
        Ok(())
    }
}

/// The functions that the attributes name, or the usual ones of each direction.
fn activations(node: &NodeImport<'_>, directions: usize, usual: &[Activation]) -> Result<Vec<Activation>, Fault> {
    let alphas = node.attribute_or("activation_alpha", Vec::<f32>::new())?;
    let betas = node.attribute_or("activation_beta", Vec::<f32>::new())?;
    let Some(names) = node.attribute::<Vec<String>>("activations")? else {
        return Ok(usual.repeat(directions));
    };
    if names.len() != usual.len() * directions {
        return Err(format!("has {} activations, expected {}", names.len(), usual.len() * directions));
    }
    // The lists of parameters have an element for each function that has such a parameter, in order.
    let (mut alphas, mut betas) = (alphas.into_iter(), betas.into_iter());
    names.iter().map(|name| activation(node, name, &mut alphas, &mut betas)).collect()
}

fn activation(
    node: &NodeImport<'_>,
    name: &str,
    alphas: &mut impl Iterator<Item = f32>,
    betas: &mut impl Iterator<Item = f32>,
) -> Result<Activation, Fault> {
    let mut alpha = |default: f32| alphas.next().unwrap_or(default);
    let (function, a, b) = match name.to_ascii_lowercase().as_str() {
        "sigmoid" => return Ok(Activation::SIGMOID),
        "tanh" => return Ok(Activation::TANH),
        "relu" => (UnaryFunction::Clamp, 0.0, f32::INFINITY),
        "leakyrelu" => (UnaryFunction::LeakyRelu, alpha(0.01), 0.0),
        "thresholdedrelu" => (UnaryFunction::ThresholdedRelu, alpha(1.0), 0.0),
        "hardsigmoid" => (UnaryFunction::HardSigmoid, alpha(0.2), betas.next().unwrap_or(0.5)),
        "elu" => (UnaryFunction::Elu, alpha(1.0), 0.0),
        "softsign" => (UnaryFunction::Softsign, 0.0, 0.0),
        "softplus" => (UnaryFunction::Softplus, 0.0, 0.0),
        _ => {
            return Err(node.advised(
                format!("the activation `{name}` is not supported"),
                "supported are Sigmoid, Tanh, Relu, LeakyRelu, ThresholdedRelu, HardSigmoid, Elu, Softsign and Softplus",
            ));
        }
    };
    Ok(Activation { function, a, b })
}
