//! Gated recurrent units: Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation", 2014.

use super::sequence::{
    Activation, BIAS, Cells, Direction, Geometry, HIDDEN, Kernel, Kind, add, biases_of, initial, interleaved, part, reals,
};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor, Evaluation, Fault, Operands, Operator, Tensor, TensorType, Value};
use crate::kernel::{Blob, KernelChoice, Lowering};

attributes! {
    /// Gated recurrent units over a sequence (docs/arithmetic.md, GRU). Operands and results as `sequence` has them, with the gates update,
    /// reset and candidate; biases `[D, 4 · H]`: of the gates, and of the candidate's part from the hidden state.
    pub struct Gru {
        /// The ways through the sequence.
        pub direction: Direction,
        /// The function of the gates and that of the candidate, of each direction.
        pub activations: Vec<Activation>,
        /// Whether the hidden state is multiplied with its weights before it is reset.
        pub linear_before_reset: bool,
        /// Whether the hidden states of all steps are a result.
        pub sequence: bool,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "gru",
    parse: Gru::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: super::import_onnx::GRU,
};

pub(super) const KIND: Kind = Kind { gates: 3, biases: 4, functions: 2, has_cell: false };

/// Rows of weights and biases.
const UPDATE: usize = 0;
const RESET: usize = 1;
const CANDIDATE: usize = 2;
/// The bias of the candidate's part from the hidden state.
const RECURRENT: usize = 3;

impl Gru {
    fn cells(&self) -> Cells<'_> {
        let Gru { direction, activations, sequence, .. } = self;
        Cells { kind: KIND, direction: *direction, activations, sequence: *sequence }
    }

    /// The next hidden state, in the order in which the kernel adds.
    fn step(
        &self,
        geometry: Geometry,
        functions: &[Activation],
        [w, r, bias]: [&[f32]; 3],
        x: &[f32],
        hidden: &[f32],
    ) -> Vec<f32> {
        let (units, inputs) = (geometry.units, geometry.inputs);
        let &[gate, candidate] = functions else { return Vec::new() };
        let from_input = |sum: f32, row: usize, unit: usize| {
            let mut sum = sum;
            add(&mut sum, x, &w[(row * units + unit) * inputs..]);
            sum
        };
        let from_hidden = |sum: f32, hidden: &[f32], row: usize, unit: usize| {
            let mut sum = sum;
            add(&mut sum, hidden, &r[(row * units + unit) * units..]);
            sum
        };
        let bias = |row: usize, unit: usize| bias[row * units + unit];
        let mixed = |unit: usize, update: f32, candidate: f32| (1.0 - update) * candidate + update * hidden[unit];
        if self.linear_before_reset {
            let unit = |unit: usize| {
                let gate = |row: usize| {
                    let input = from_input(bias(row, unit), row, unit);
                    gate.apply(input + from_hidden(0.0, hidden, row, unit))
                };
                let (update, reset) = (gate(UPDATE), gate(RESET));
                let recurrent = from_hidden(bias(RECURRENT, unit), hidden, CANDIDATE, unit);
                let sum = from_input(bias(CANDIDATE, unit), CANDIDATE, unit) + reset * recurrent;
                mixed(unit, update, candidate.apply(sum))
            };
            return (0..units).map(unit).collect();
        }
        let gate = |row: usize, unit: usize| {
            gate.apply(from_hidden(from_input(bias(row, unit), row, unit), hidden, row, unit))
        };
        let reset: Vec<f32> = (0..units).map(|unit| gate(RESET, unit) * hidden[unit]).collect();
        let unit = |unit: usize| {
            let sum = from_input(bias(CANDIDATE, unit) + bias(RECURRENT, unit), CANDIDATE, unit);
            mixed(unit, gate(UPDATE, unit), candidate.apply(from_hidden(sum, &reset, CANDIDATE, unit)))
        };
        (0..units).map(unit).collect()
    }

    /// The weights of a direction, as the kernel takes them.
    fn packed(&self, w: &[f32], r: &[f32], geometry: Geometry) -> Vec<f32> {
        let (units, inputs) = (geometry.units, geometry.inputs);
        let of = |gates: &'static [usize]| {
            (0..units).flat_map(move |unit| {
                interleaved(w, inputs, units, gates, unit).chain(interleaved(r, units, units, gates, unit))
            })
        };
        match self.linear_before_reset {
            true => of(&[UPDATE, RESET, CANDIDATE]).collect(),
            false => of(&[RESET]).chain(of(&[UPDATE, CANDIDATE])).collect(),
        }
    }
}

impl Operator for Gru {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        self.cells().infer(inputs)
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let ((x_ty, x), (w_ty, w), (r_ty, r)) = (call.input(0)?, call.input(1)?, call.input(2)?);
        let cells = self.cells();
        let geometry = cells.geometry(x_ty, w_ty, r_ty)?;
        let (Some(x), Some(w), Some(r)) = (x.as_f32(), w.as_f32(), r.as_f32()) else {
            return Err("works on f32".to_owned());
        };
        let (units, directions) = (geometry.units, geometry.directions);
        let bias = initial(call, BIAS, 4 * directions * units)?;
        let begin = (initial(call, HIDDEN, directions * units)?, Vec::new());
        let step = |direction: usize, x: &[f32], hidden: &[f32], _: &mut [f32]| {
            let constants = [w, r, &bias].map(|all| part(all, direction, directions));
            self.step(geometry, cells.functions(direction), constants, x, hidden)
        };
        cells.run(geometry, x, begin, step).values(&cells, call.outputs)
    }

    fn macs(&self, inputs: &Operands<'_>, _outputs: &[&Tensor]) -> u64 {
        self.cells().macs(inputs)
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let cells = self.cells();
        let geometry = cells.geometry(&lowering.input(0)?.ty, &lowering.input(1)?.ty, &lowering.input(2)?.ty)?;
        let linear = self.linear_before_reset;
        let kernel = Kernel {
            name: "gru_f32",
            label: "Gru",
            shape: if linear { vec![("LINEAR_BEFORE_RESET", true.into())] } else { Vec::new() },
            functions: &["GATE", "CANDIDATE"],
            scratch: if linear { 1 } else { 2 },
            code_bytes: 2400,
        };
        let params = |direction: usize| {
            let (w, r) = (reals(lowering, 1)?, reals(lowering, 2)?);
            let [w, r] = [w, r].map(|all| part(all, direction, geometry.directions));
            let bias = biases_of(lowering, 4, geometry, direction)?;
            let &[gate, candidate] = cells.functions(direction) else { return Err("has not two functions".to_owned()) };
            Ok(vec![
                ("weights", Blob::weights_f32(&self.packed(w, r, geometry)).into()),
                ("bias", Blob::weights_f32(&bias).into()),
                ("gate", gate.parameters_const().into()),
                ("candidate", candidate.parameters_const().into()),
            ])
        };
        cells.choice(lowering, geometry, kernel, params)
    }
}

#[cfg(test)]
mod test;
