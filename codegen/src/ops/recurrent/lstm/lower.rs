//! The kernels of LSTM cells.

use super::super::sequence::{Geometry, Kernel, biases_of, interleaved, part, reals};
use super::evaluate::Integers;
use super::{BIAS, Lstm};
use crate::ir::{DType, Fault};
use crate::kernel::{Blob, CodePart, Const, KernelChoice, Lowering, Param, no_kernel_for};
use crate::ops::common::quantised::multiplier_const;
use tinyml_arith::Multiplier;
use tinyml_arith::lstm;

/// The gates in the order of the weights.
const GATES: [usize; 4] = [0, 1, 2, 3];

impl Lstm {
    pub(super) fn lower_steps(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let cells = self.cells();
        let x = &lowering.input(0)?.ty;
        let geometry = cells.geometry(x, &lowering.input(1)?.ty, &lowering.input(2)?.ty)?;
        let kernel = |name: &'static str, code_bytes: usize| Kernel {
            name,
            label: "Lstm",
            shape: Vec::new(),
            functions: &["GATE", "CANDIDATE", "SHOWN"],
            scratch: 1,
            code_bytes,
        };
        match x.dtype {
            DType::F32 => {
                cells.choice(lowering, geometry, kernel("lstm_f32", 2400), |direction| self.reals(lowering, geometry, direction))
            }
            DType::I8 => {
                let results = [0, 1].map(|index| lowering.node.outputs.get(index).map(|&id| lowering.graph.ty(id)));
                let [Some(hidden), Some(cell)] = results else { return Err("has not two results".to_owned()) };
                let types = [x, &lowering.input(1)?.ty, &lowering.input(2)?.ty, hidden, cell];
                let constants = Integers::derive(types, self.cell_clip)?;
                let params = |direction| integers(lowering, geometry, &constants, direction);
                let choice = cells.choice(lowering, geometry, kernel("lstm_s8", 1200), params)?;
                // The table of both functions.
                let table = CodePart { name: "sigmoid16".to_owned(), bytes: 512 };
                Ok(choice.with_shared_code(vec![table]))
            }
            other => Err(no_kernel_for(other)),
        }
    }

    fn reals(
        &self,
        lowering: &Lowering<'_>,
        geometry: Geometry,
        direction: usize,
    ) -> Result<Vec<(&'static str, Param)>, Fault> {
        let (w, r) = (reals(lowering, 1)?, reals(lowering, 2)?);
        let [w, r] = [w, r].map(|all| part(all, direction, geometry.directions));
        let bias = biases_of(lowering, 4, geometry, direction)?;
        let cells = self.cells();
        let &[gate, candidate, shown] = cells.functions(direction) else {
            return Err("has not three functions".to_owned());
        };
        let clip = if self.cell_clip > 0.0 { self.cell_clip } else { f32::INFINITY };
        Ok(vec![
            ("weights", Blob::weights_f32(&packed(w, r, geometry)).into()),
            ("bias", Blob::weights_f32(&bias).into()),
            ("gate", gate.parameters_const().into()),
            ("candidate", candidate.parameters_const().into()),
            ("shown", shown.parameters_const().into()),
            ("cell_clip", clip.into()),
        ])
    }
}

/// The weights of a direction, as the kernels take them.
fn packed<T: Copy>(w: &[T], r: &[T], geometry: Geometry) -> Vec<T> {
    let (units, inputs) = (geometry.units, geometry.inputs);
    let unit = |unit: usize| interleaved(w, inputs, units, &GATES, unit).chain(interleaved(r, units, units, &GATES, unit));
    (0..units).flat_map(unit).collect()
}

fn integers(
    lowering: &Lowering<'_>,
    geometry: Geometry,
    constants: &Integers,
    direction: usize,
) -> Result<Vec<(&'static str, Param)>, Fault> {
    let weights = |index: usize| -> Result<&[i8], Fault> {
        let data = lowering.input(index)?.data.as_deref().and_then(|value| value.as_i8());
        Ok(part(data.ok_or("the weights are not constant i8")?, direction, geometry.directions))
    };
    let (w, r) = (weights(1)?, weights(2)?);
    let units = geometry.units;
    let bias = match lowering.optional(BIAS) {
        None => vec![0; 4 * units],
        Some(bias) => {
            let data = bias.data.as_deref().and_then(|value| value.as_i32());
            part(data.ok_or("the bias is not constant i32")?, direction, geometry.directions).to_vec()
        }
    };
    let folded = |weights: &[i8], columns: usize, row: usize, zero_point: i32| {
        let row = &weights[row * columns..(row + 1) * columns];
        let sum = row.iter().fold(0i32, |sum, &weight| sum.wrapping_add(weight.into()));
        sum.wrapping_mul(zero_point).wrapping_neg()
    };
    let bias: Vec<i32> = (0..units)
        .flat_map(|unit| {
            let rows = GATES.map(|gate| gate * units + unit);
            let input = rows.map(|row| {
                bias[row].wrapping_add(folded(w, geometry.inputs, row, constants.input_zero_point))
            });
            let recurrent = rows.map(|row| folded(r, units, row, constants.lstm.hidden_zero_point));
            input.into_iter().chain(recurrent)
        })
        .collect();
    let fractions = |multipliers: &[Multiplier; 4]| -> Param {
        Blob::parameters_i32(&multipliers.map(|multiplier| multiplier.multiplier)).into()
    };
    let shifts = |multipliers: &[Multiplier; 4]| -> Param {
        Blob::parameters_i8(&multipliers.map(|multiplier| multiplier.shift as i8)).into()
    };
    let (input, recurrent) = (&constants.input[direction], &constants.recurrent[direction]);
    Ok(vec![
        ("weights", Blob::weights_i8(&packed(w, r, geometry)).into()),
        ("bias", Blob::weights_i32(&bias).into()),
        ("input_multipliers", fractions(input)),
        ("input_shifts", shifts(input)),
        ("recurrent_multipliers", fractions(recurrent)),
        ("recurrent_shifts", shifts(recurrent)),
        ("lstm", lstm_const(constants.lstm).into()),
    ])
}

fn lstm_const(lstm: lstm::Lstm) -> Const {
    let tanh = vec![("factor", lstm.tanh.factor.into()), ("shift", lstm.tanh.shift.into())];
    Const::Struct(
        "Lstm",
        vec![
            ("forget", multiplier_const(lstm.forget)),
            ("input", multiplier_const(lstm.input)),
            ("hidden", multiplier_const(lstm.hidden)),
            ("hidden_zero_point", lstm.hidden_zero_point.into()),
            ("cell_clip", lstm.cell_clip.into()),
            ("tanh", Const::Struct("TanhInput", tanh)),
        ],
    )
}
