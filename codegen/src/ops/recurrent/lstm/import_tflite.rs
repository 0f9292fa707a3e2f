//! How TFLite writes LSTM cells.

use super::super::sequence::Direction;
use super::{Lstm, USUAL};
use crate::import::tflite::NodeImport;
use crate::import::tflite::options::{Activation, SequenceLstmOptions};
use crate::ir::{DType, Fault, Quant, Value};

/// The operands that the reference does not have either, from an index to behind another, with what they are for.
const REFUSED: [(std::ops::Range<usize>, &str); 3] =
    [(9..12, "peephole connections"), (16..18, "a projection"), (20..24, "layer normalisation")];

/// UNIDIRECTIONAL_SEQUENCE_LSTM: the sequence; four matrices of weights for it and four for the hidden state, in the order input, forget, cell,
/// output; three of peephole connections; four biases; a projection and its bias; hidden state and cell; four of layer normalisation.
pub(super) fn sequence_lstm(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let options = node.options(SequenceLstmOptions::read)?;
    if options.activation != Activation::Tanh {
        return Err("is supported with the activation TANH alone".to_owned());
    }
    for (operands, what) in REFUSED {
        if operands.into_iter().any(|index| node.optional(index).is_some()) {
            let help = "convert a plain LSTM layer: TensorFlow Lite Micro has none of these either";
            return Err(node.refuse(format!("LSTM cells with {what} are not supported"), help));
        }
    }
    if node.optional(1).is_none() {
        return Err(node.refuse("an LSTM whose input gate is the forget gate's complement is not supported", "convert a plain LSTM layer"));
    }
    let x = node.input(0)?;
    let (dims, dtype) = (node.tensor(x).ty.shape.0.clone(), node.tensor(x).ty.dtype);
    let &[first, second, _] = &dims[..] else { return Err(format!("expects a sequence of three axes, got {dims:?}")) };
    let batch = if options.time_major { second } else { first };
    if batch != 1 {
        return Err(node.refuse(format!("works on one sequence at a time, but the batch is {batch}"), "convert the model with a batch of 1"));
    }
    let weights = joined(node, 1..5, "weights")?;
    let recurrent = joined(node, 5..9, "recurrent_weights")?;
    if node.tensor(weights).ty.dtype != dtype {
        let help = "quantise the activations as well (full integer quantisation with example data), or leave the weights in float";
        return Err(node.refuse("int8 weights on float activations are not supported for LSTM cells", help));
    }
    let bias = joined(node, 12..16, "bias")?;
    let output = node.output(0)?;
    let ((hidden, next), (cell, next_cell)) = (node.state(18)?, node.state(19)?);
    let inputs = [x, weights, recurrent, bias, hidden, cell].map(Some).to_vec();
    let lstm = Lstm {
        direction: Direction::Forward,
        activations: USUAL.to_vec(),
        cell_clip: options.cell_clip,
        sequence: true,
    };
    node.emit_to(lstm, inputs, vec![next, next_cell, output]);
    Ok(())
}

/// The constants of the four gates in one, with the scale of each.
fn joined(node: &mut NodeImport<'_>, operands: std::ops::Range<usize>, suffix: &str) -> Result<crate::ir::TensorId, Fault> {
    let mut all: Option<Value> = None;
    let mut scales = Vec::new();
    for index in operands {
        let tensor = node.tensor(node.input(index)?);
        let value = tensor.data.as_deref().ok_or_else(|| format!("operand {index} must be a constant"))?;
        let rows = value.shape().dims().first().copied().unwrap_or(0);
        let columns = match value.shape().dims() {
            [_] => None,
            [_, columns] => Some(*columns),
            dims => return Err(format!("operand {index} has the shape {dims:?}")),
        };
        if value.dtype() == DType::I8 {
            match &tensor.ty.quant {
                Some(Quant::PerTensor { scale, zero_point: 0 }) => scales.extend(std::iter::repeat_n(*scale, rows)),
                _ => return Err(format!("operand {index} must have one scale and the zero point 0, but is {}", tensor.ty)),
            }
        }
        let so_far = all.as_ref().map_or(0, |all| all.shape().dims()[1]);
        let shape = |rows: usize| match columns {
            Some(columns) => vec![1, rows, columns],
            None => vec![1, rows],
        };
        all = match all {
            None => value.reshaped(shape(rows)),
            Some(all) if all.shape().dims().get(2).copied() == columns => all.followed_by(value, shape(so_far + rows)),
            Some(_) => None,
        };
        if all.is_none() {
            return Err(format!("operand {index} is {}, which does not fit the gates before it", tensor.ty));
        }
    }
    let value = all.ok_or("there are no gates")?;
    let quant = (!scales.is_empty()).then(|| Quant::symmetric(1, scales));
    Ok(node.add_constant(suffix, value, quant))
}
