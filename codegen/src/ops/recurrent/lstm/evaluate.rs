//! The exact meaning of LSTM cells: docs/arithmetic.md, UNIDIRECTIONAL_SEQUENCE_LSTM and LSTM.

use super::super::sequence::{Finished, add, initial, part};
use super::{BIAS, CELL, HIDDEN, KIND, Lstm};
use crate::ir::{Evaluation, Fault, Quant, TensorType, Value};
use crate::ops::common::dot;
use crate::ops::common::quantised::per_tensor;
use tinyml_arith::lstm::{self, gate_argument, gate_multiplier};
use tinyml_arith::{Multiplier, Quantization};

/// The power of two that is a cell's scale.
pub(super) fn cell_power(cell: &TensorType) -> Result<i32, Fault> {
    let (scale, zero_point) = per_tensor(cell, "cell")?;
    let power = (scale.to_bits() >> 23) as i32 - 127;
    let is_power = scale.to_bits() & ((1 << 23) - 1) == 0 && (-28..=2).contains(&power);
    match is_power && zero_point == 0 {
        true => Ok(power),
        false => Err(format!("the cell is {cell}, but must have a power of two from 2^-28 to 4 for its scale, and the zero point 0")),
    }
}

/// The integer constants of a layer.
pub(super) struct Integers {
    pub(super) input_zero_point: i32,
    /// Of the gates' sums over the vector, by direction and gate.
    pub(super) input: Vec<[Multiplier; 4]>,
    /// Of those over the hidden state.
    pub(super) recurrent: Vec<[Multiplier; 4]>,
    pub(super) lstm: lstm::Lstm,
}

impl Integers {
    /// Of operand, weights, weights of the hidden state, and both states.
    pub(super) fn derive([x, weights, recurrent, hidden, cell]: [&TensorType; 5], cell_clip: f32) -> Result<Self, Fault> {
        let ((x_scale, input_zero_point), (scale, zero_point)) = (per_tensor(x, "operand")?, per_tensor(hidden, "hidden state")?);
        let multipliers = |ty: &TensorType, scale: f32| -> Result<Vec<[Multiplier; 4]>, Fault> {
            let (&[directions, rows, _], Some(quant)) = (ty.shape.dims(), ty.quant.as_ref()) else {
                return Err(format!("the weights are {ty}"));
            };
            // The rows of a gate have one scale, and so have the directions.
            let of = |quant: &Quant| std::array::from_fn(|gate| gate_multiplier(scale, quant.scale(gate * rows / KIND.gates)));
            Ok(vec![of(quant); directions])
        };
        let lstm = lstm::Lstm::derive(cell_power(cell)?, Quantization { scale, zero_point }, cell_clip);
        Ok(Integers {
            input_zero_point,
            input: multipliers(weights, x_scale)?,
            recurrent: multipliers(recurrent, scale)?,
            lstm: lstm.ok_or("the cell's scale is out of range")?,
        })
    }
}

impl Lstm {
    pub(super) fn evaluate_steps(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let ((x_ty, x), (w_ty, w), (r_ty, r)) = (call.input(0)?, call.input(1)?, call.input(2)?);
        let cells = self.cells();
        let geometry = cells.geometry(x_ty, w_ty, r_ty)?;
        let (units, inputs, directions) = (geometry.units, geometry.inputs, geometry.directions);
        if let (Some(x), Some(w), Some(r)) = (x.as_f32(), w.as_f32(), r.as_f32()) {
            let clip = if self.cell_clip > 0.0 { self.cell_clip } else { f32::INFINITY };
            let bias = initial(call, BIAS, 4 * directions * units)?;
            let begin = [HIDDEN, CELL].map(|index| initial(call, index, directions * units));
            let [hidden, cell] = begin;
            let step = |direction: usize, x: &[f32], hidden: &[f32], cell: &mut [f32]| {
                let [w, r, bias] = [w, r, &bias].map(|all| part(all, direction, directions));
                let &[gate, candidate, shown] = cells.functions(direction) else { return hidden.to_vec() };
                let unit = |(unit, cell): (usize, &mut f32)| {
                    let [input, forget, new, output] = std::array::from_fn(|gate| {
                        let row = gate * units + unit;
                        let mut sum = bias[row];
                        add(&mut sum, x, &w[row * inputs..]);
                        add(&mut sum, hidden, &r[row * units..]);
                        sum
                    });
                    let kept = gate.apply(forget) * *cell + gate.apply(input) * candidate.apply(new);
                    *cell = kept.max(-clip).min(clip);
                    gate.apply(output) * shown.apply(*cell)
                };
                cell.iter_mut().enumerate().map(unit).collect()
            };
            return cells.run(geometry, x, (hidden?, cell?), step).values(&cells, call.outputs);
        }
        let (Some(x), Some(w), Some(r)) = (x.as_i8(), w.as_i8(), r.as_i8()) else {
            return Err("works on f32 and i8".to_owned());
        };
        let &[hidden_ty, cell_ty, ..] = call.outputs else { return Err("has not two results".to_owned()) };
        let constants = Integers::derive([x_ty, w_ty, r_ty, hidden_ty, cell_ty], self.cell_clip)?;
        let bias = match call.optional(BIAS) {
            Some((_, bias)) => bias.as_i32().ok_or("the bias is not i32")?.to_vec(),
            None => vec![0; 4 * directions * units],
        };
        let zero = constants.lstm.hidden_zero_point;
        let hidden = match call.optional(HIDDEN) {
            Some((_, hidden)) => hidden.as_i8().ok_or("the hidden state is not i8")?.to_vec(),
            None => vec![zero as i8; directions * units],
        };
        let cell = match call.optional(CELL) {
            Some((_, cell)) => cell.as_i16().ok_or("the cell is not i16")?.to_vec(),
            None => vec![0; directions * units],
        };
        let step = |direction: usize, x: &[i8], hidden: &[i8], cell: &mut [i16]| {
            let [w, r] = [w, r].map(|all| part(all, direction, directions));
            let bias = part(&bias, direction, directions);
            let unit = |(unit, cell): (usize, &mut i16)| {
                let [input, forget, candidate, output] = std::array::from_fn(|gate| {
                    let row = gate * units + unit;
                    let own = dot::i8(x, &w[row * inputs..], constants.input_zero_point);
                    let again = dot::i8(hidden, &r[row * units..], zero);
                    gate_argument(
                        (own.wrapping_add(bias[row]), constants.input[direction][gate]),
                        (again, constants.recurrent[direction][gate]),
                    )
                });
                *cell = constants.lstm.cell(*cell, input, forget, candidate);
                constants.lstm.hidden(*cell, output)
            };
            cell.iter_mut().enumerate().map(unit).collect()
        };
        let Finished { hidden, cell, sequence } = cells.run(geometry, x, (hidden, cell), step);
        let shape = |index: usize| call.outputs.get(index).map(|ty| ty.shape.clone()).unwrap_or_default();
        let mut values = vec![Value::i8(shape(0), hidden), Value::i16(shape(1), cell)];
        if self.sequence {
            values.push(Value::i8(shape(2), sequence));
        }
        let values = values.into_iter().collect::<Option<_>>();
        values.ok_or_else(|| "the results do not have the declared shapes".to_owned())
    }
}
