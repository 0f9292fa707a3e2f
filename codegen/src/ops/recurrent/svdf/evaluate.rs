//! The exact meaning of an SVDF layer: docs/arithmetic.md, SVDF.

use super::{Geometry, STATE, Svdf};
use crate::ir::{DType, Evaluation, Fault, Reference, TensorType, Value};
use crate::ops::common::dot;
use crate::ops::common::quantised::{per_tensor, rounding};
use tinyml_arith::{Clamp, Multiplier, Rounding, requantize};

/// The integer constants of a layer.
pub(super) struct Integers {
    pub(super) input_zero_point: i32,
    pub(super) feature: Multiplier,
    pub(super) state_zero_point: i32,
    pub(super) output: Multiplier,
    pub(super) output_zero_point: i32,
    pub(super) rounding: Rounding,
}

impl Integers {
    /// Of operand, weights, weights over time, state and result. The reference multiplies and divides the scales in f32.
    pub(super) fn derive(
        [x, weights, time, state, output]: [&TensorType; 5],
        reference: Reference,
    ) -> Result<Self, Fault> {
        let ((x, input_zero_point), (output, output_zero_point)) = (per_tensor(x, "operand")?, per_tensor(output, "result")?);
        let (state, state_zero_point) = per_tensor(state, "state")?;
        let ((weights, _), (time, _)) = (per_tensor(weights, "constant")?, per_tensor(time, "constant")?);
        Ok(Integers {
            input_zero_point,
            feature: Multiplier::from_f64((x * weights / state).into()),
            state_zero_point,
            output: Multiplier::from_f64((state * time / output).into()),
            output_zero_point,
            rounding: rounding(reference),
        })
    }
}

impl Svdf {
    pub(super) fn evaluate_step(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let ((x_ty, x), (weights_ty, weights)) = (call.input(0)?, call.input(1)?);
        let ((time_ty, time), (state_ty, state)) = (call.input(2)?, call.input(STATE)?);
        let bias = call.optional(3).map(|(_, value)| value);
        let geometry = self.geometry(x_ty, weights_ty, time_ty)?;
        let (shape, output) = (state_ty.shape.clone(), call.output()?);
        let results = if let (Some(x), Some(weights), Some(time), Some(state)) =
            (x.as_f32(), weights.as_f32(), time.as_f32(), state.as_f32())
        {
            let bias = bias.map(|bias| bias.as_f32().ok_or("the bias is not f32")).transpose()?;
            let (y, next) = geometry.reals(x, [weights, time], bias, state, self.clamp);
            [Value::f32(output.shape.clone(), y), Value::f32(shape, next)]
        } else {
            let constants = Integers::derive([x_ty, weights_ty, time_ty, state_ty, output], call.reference)?;
            let bias = bias.map(|bias| bias.as_i32().ok_or("the bias is not i32")).transpose()?;
            let (x, weights) = (x.as_i8(), weights.as_i8());
            let (Some(x), Some(weights)) = (x, weights) else { return Err("works on f32 and i8".to_owned()) };
            let (Some(time), Some(state)) = (time.integers(), state.integers()) else {
                return Err("the state is not of integers".to_owned());
            };
            // As the reference: what the zero point takes beyond the range wraps.
            let newest = |scaled: i32| match state_ty.dtype {
                DType::I16 => {
                    let scaled = scaled.clamp(i16::MIN.into(), i16::MAX.into());
                    (scaled.wrapping_add(constants.state_zero_point) as i16).into()
                }
                _ => (Clamp::INT8.apply(scaled).wrapping_add(constants.state_zero_point) as i8).into(),
            };
            let (y, next) = geometry.integers(x, weights, &time, bias, &state, (&constants, newest));
            [Value::i8(output.shape.clone(), y), Value::from_integers(state_ty.dtype, shape, &next)]
        };
        let results = results.into_iter().collect::<Option<Vec<Value>>>();
        results.ok_or_else(|| "the results do not have the declared shapes".to_owned())
    }
}

impl Geometry {
    /// The state after a step whose filters give these numbers.
    fn moved<T: Copy>(&self, state: &[T], newest: &[T]) -> Vec<T> {
        let rows = state.chunks_exact(self.memory).zip(newest);
        rows.flat_map(|(row, &newest)| row.iter().skip(1).copied().chain([newest])).collect()
    }

    fn reals(
        &self,
        x: &[f32],
        [weights, time]: [&[f32]; 2],
        bias: Option<&[f32]>,
        state: &[f32],
        [min, max]: [f32; 2],
    ) -> (Vec<f32>, Vec<f32>) {
        let newest: Vec<f32> = weights.chunks_exact(self.inputs).map(|weights| dot::f32(x, weights)).collect();
        let next = self.moved(state, &newest);
        let filters: Vec<f32> =
            next.chunks_exact(self.memory).zip(time.chunks_exact(self.memory)).map(|(s, w)| dot::f32(s, w)).collect();
        let units = filters.chunks_exact(self.rank).enumerate();
        let unit = |(unit, filters): (usize, &[f32])| {
            let sum = filters.iter().fold(bias.map_or(0.0, |bias| bias[unit]), |sum, filter| sum + filter);
            sum.max(min).min(max)
        };
        (units.map(unit).collect(), next)
    }

    fn integers(
        &self,
        x: &[i8],
        weights: &[i8],
        time: &[i64],
        bias: Option<&[i32]>,
        state: &[i64],
        (constants, into_state): (&Integers, impl Fn(i32) -> i64),
    ) -> (Vec<i8>, Vec<i64>) {
        let newest = weights.chunks_exact(self.inputs).map(|weights| {
            let sum = dot::i8(x, weights, constants.input_zero_point);
            into_state(requantize(sum, constants.feature, constants.rounding))
        });
        let next = self.moved(state, &newest.collect::<Vec<i64>>());
        let products = next.iter().zip(time).map(|(&state, &weight)| {
            let state = (state as i32).wrapping_sub(constants.state_zero_point);
            state.wrapping_mul(weight as i32)
        });
        let products: Vec<i32> = products.collect();
        let units = products.chunks_exact(self.rank * self.memory).enumerate();
        let unit = |(unit, products): (usize, &[i32])| {
            let bias = bias.map_or(0, |bias| bias[unit]);
            let sum = products.iter().fold(bias, |sum, &product| sum.wrapping_add(product));
            let scaled = requantize(sum, constants.output, constants.rounding);
            Clamp::INT8.apply(scaled.wrapping_add(constants.output_zero_point)) as i8
        };
        (units.map(unit).collect(), next)
    }
}
