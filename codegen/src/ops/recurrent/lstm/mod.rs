//! Long short-term memory: Hochreiter and Schmidhuber, 1997; with the forget gate of Gers, Schmidhuber and Cummins, 2000.

mod evaluate;
#[cfg(feature = "tflite")]
mod import_tflite;
mod lower;
#[cfg(test)]
mod test;

use super::sequence::{Activation, BIAS, CELL, Cells, Direction, HIDDEN, Kind};
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Descriptor, Evaluation, Fault, Operands, Operator, Quant, Tensor, TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};
use crate::ops::common::quantised::{check_bias, per_tensor};

attributes! {
    /// LSTM cells over a sequence (docs/arithmetic.md, UNIDIRECTIONAL_SEQUENCE_LSTM and LSTM). Operands and results as `sequence` has them, with
    /// the gates input, forget, cell and output; biases `[D, 4 · H]`.
    pub struct Lstm {
        /// The ways through the sequence.
        pub direction: Direction,
        /// The functions of the gates, of the candidate and of the cell, of each direction. In integers they are the usual ones.
        pub activations: Vec<Activation>,
        /// Largest magnitude of the cell in real numbers; 0 for none.
        pub cell_clip: f32,
        /// Whether the hidden states of all steps are a result.
        pub sequence: bool,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "lstm",
    parse: Lstm::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("UNIDIRECTIONAL_SEQUENCE_LSTM", import_tflite::sequence_lstm)],
    #[cfg(feature = "onnx")]
    onnx: super::import_onnx::LSTM,
};

pub(super) const KIND: Kind = Kind { gates: 4, biases: 4, functions: 3, has_cell: true };

/// The functions of a direction that the integer form has, and that ONNX and TFLite take where nothing else is said.
pub(super) const USUAL: [Activation; 3] = [Activation::SIGMOID, Activation::TANH, Activation::TANH];

impl Lstm {
    fn cells(&self) -> Cells<'_> {
        let Lstm { direction, activations, sequence, .. } = self;
        Cells { kind: KIND, direction: *direction, activations, sequence: *sequence }
    }
}

impl Operator for Lstm {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        if inputs.get(HIDDEN).copied().flatten().is_some() != inputs.get(CELL).copied().flatten().is_some() {
            return Err("has a hidden state or a cell to begin with, but not both".to_owned());
        }
        self.cells().infer(inputs)
    }

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        if !(self.cell_clip >= 0.0 && self.cell_clip.is_finite()) {
            faults.push(format!("the cell's bound is {:?}, but must be 0 or above", self.cell_clip));
        }
        let &[Some(x), Some(weights), Some(recurrent), bias, ..] = inputs else { return };
        if x.ty.dtype != DType::I8 {
            return;
        }
        if self.activations.chunks(3).any(|functions| functions != USUAL) {
            faults.push("has an integer form for the usual functions alone".to_owned());
        }
        check_bias(bias, faults);
        for weights in [weights, recurrent] {
            let sound = match &weights.ty.quant {
                Some(quant @ Quant::PerAxis { axis: 1, .. }) => {
                    let units = weights.ty.shape.dims().get(1).map_or(1, |rows| (rows / KIND.gates).max(1));
                    let of_gate = |row: usize| quant.scale(row / units * units);
                    let rows = weights.ty.shape.dims().get(1).copied().unwrap_or(0);
                    quant.is_symmetric() && (0..rows).all(|row| quant.scale(row) == of_gate(row))
                }
                _ => false,
            };
            if !sound {
                faults.push(format!("the weights `{}` must have one scale for each gate and no zero point", weights.name));
            }
        }
        let states = [inputs.get(HIDDEN), inputs.get(CELL)].into_iter().flatten().copied().flatten();
        let all = std::iter::once(x).chain(states).chain(outputs.iter().copied());
        faults.extend(all.filter_map(|tensor| per_tensor(&tensor.ty, "operand or result").err()));
        for (operand, result) in [(HIDDEN, 0), (CELL, 1)] {
            let state = inputs.get(operand).copied().flatten().map(|state| &state.ty.quant);
            if let (Some(state), Some(next)) = (state, outputs.get(result))
                && *state != next.ty.quant
            {
                faults.push(format!("the state is {} afterwards, but was of another quantisation", next.ty));
            }
        }
        if let Some(cell) = outputs.get(1) {
            faults.extend(evaluate::cell_power(&cell.ty).err());
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        self.evaluate_steps(call)
    }

    fn macs(&self, inputs: &Operands<'_>, _outputs: &[&Tensor]) -> u64 {
        self.cells().macs(inputs)
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_steps(lowering)
    }
}
