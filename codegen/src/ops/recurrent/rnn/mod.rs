//! Simple recurrent cells: `h = f(W x + R h + b)`.

use super::sequence::{
    Activation, BIAS, Cells, Direction, HIDDEN, Kernel, Kind, add, biases_of, initial, interleaved, part, reals,
};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor, Evaluation, Fault, Operands, Operator, Tensor, TensorType, Value};
use crate::kernel::{Blob, KernelChoice, Lowering};

attributes! {
    /// Simple recurrent cells over a sequence (docs/arithmetic.md, RNN). Operands and results as `sequence` has them; biases `[D, H]`.
    pub struct Rnn {
        /// The ways through the sequence.
        pub direction: Direction,
        /// `f`, of each direction.
        pub activations: Vec<Activation>,
        /// Whether the hidden states of all steps are a result.
        pub sequence: bool,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "rnn",
    parse: Rnn::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: super::import_onnx::RNN,
};

pub(super) const KIND: Kind = Kind { gates: 1, biases: 1, functions: 1, has_cell: false };

impl Rnn {
    fn cells(&self) -> Cells<'_> {
        let Rnn { direction, activations, sequence } = self;
        Cells { kind: KIND, direction: *direction, activations, sequence: *sequence }
    }
}

impl Operator for Rnn {
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
        let bias = initial(call, BIAS, directions * units)?;
        let begin = (initial(call, HIDDEN, directions * units)?, Vec::new());
        let step = |direction: usize, x: &[f32], hidden: &[f32], _: &mut [f32]| {
            let [w, r, bias] = [w, r, &bias].map(|all| part(all, direction, directions));
            let unit = |unit: usize| {
                let mut sum = bias[unit];
                add(&mut sum, x, &w[unit * geometry.inputs..]);
                add(&mut sum, hidden, &r[unit * units..]);
                cells.functions(direction).first().map_or(sum, |function| function.apply(sum))
            };
            (0..units).map(unit).collect()
        };
        cells.run(geometry, x, begin, step).values(&cells, call.outputs)
    }

    fn macs(&self, inputs: &Operands<'_>, _outputs: &[&Tensor]) -> u64 {
        self.cells().macs(inputs)
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let cells = self.cells();
        let geometry = cells.geometry(&lowering.input(0)?.ty, &lowering.input(1)?.ty, &lowering.input(2)?.ty)?;
        let kernel = Kernel {
            name: "rnn_f32",
            label: "Rnn",
            shape: Vec::new(),
            functions: &["CANDIDATE"],
            scratch: 1,
            code_bytes: 1200,
        };
        let params = |direction: usize| {
            let (units, inputs) = (geometry.units, geometry.inputs);
            let (w, r) = (reals(lowering, 1)?, reals(lowering, 2)?);
            let [w, r] = [w, r].map(|all| part(all, direction, geometry.directions));
            let weights: Vec<f32> = (0..units)
                .flat_map(|unit| interleaved(w, inputs, units, &[0], unit).chain(interleaved(r, units, units, &[0], unit)))
                .collect();
            let bias = biases_of(lowering, 1, geometry, direction)?;
            let function = cells.functions(direction).first().copied().unwrap_or(Activation::TANH);
            Ok(vec![
                ("weights", Blob::weights_f32(&weights).into()),
                ("bias", Blob::weights_f32(&bias).into()),
                ("candidate", function.parameters_const().into()),
            ])
        };
        cells.choice(lowering, geometry, kernel, params)
    }
}

#[cfg(test)]
mod test;
