//! The exact meaning of a fully connected layer: docs/arithmetic.md, FULLY_CONNECTED.

use super::{FullyConnected, Geometry};
use crate::ir::{Evaluation, Fault, Reference, Value};
use crate::ops::common::dot;
use crate::ops::common::quantised::{self, per_tensor};
use crate::ops::common::weighted::Finish;
use tinyml_arith::Rounding;

/// The rounding of requantisations: LiteRT's reference rounds once here, and nowhere else.
pub(super) fn rounding(reference: Reference) -> Rounding {
    match reference {
        Reference::Litert => Rounding::Single,
        other => quantised::rounding(other),
    }
}

impl FullyConnected {
    pub(super) fn evaluate_rows(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (x_ty, x) = call.input(0)?;
        let (weights_ty, weights) = call.input(1)?;
        let bias = call.optional(2).map(|(_, value)| value);
        let output = call.output()?;
        let geometry = self.geometry(x_ty, weights_ty)?;
        let shape = output.shape.clone();
        let result = match (x.as_f32(), weights.as_f32(), x.as_i8(), weights.as_i8()) {
            (Some(x), Some(w), ..) => {
                let bias = bias.map(|b| b.as_f32().ok_or("the bias is not f32")).transpose()?;
                let [min, max] = self.clamp;
                let finish = |channel: usize, x: &[f32], w: &[f32]| {
                    (dot::f32(x, w) + bias.map_or(0.0, |b| b[channel])).max(min).min(max)
                };
                Value::f32(shape, geometry.walk(x, w, finish))
            }
            (_, _, Some(x), Some(w)) => {
                let bias = bias.map(|b| b.as_i32().ok_or("the bias is not i32")).transpose()?;
                let (_, input_zero) = per_tensor(x_ty, "operand")?;
                let (types, rounding) = ([x_ty, weights_ty, output], rounding(call.reference));
                let finish =
                    Finish::derive(types, geometry.outputs, self.clamp, rounding, call.reference)?;
                let result = |channel: usize, x: &[i8], w: &[i8]| {
                    let acc = dot::i8(x, w, input_zero).wrapping_add(bias.map_or(0, |b| b[channel]));
                    finish.apply(channel, acc) as i8
                };
                Value::i8(shape, geometry.walk(x, w, result))
            }
            _ => return Err(format!("multiplies f32 or i8, not {x_ty} with {weights_ty}")),
        };
        Ok(vec![result.ok_or("the result does not have the declared shape")?])
    }
}

impl Geometry {
    /// The result for each row and output channel, from the row and the channel's weights.
    fn walk<T, R>(&self, x: &[T], weights: &[T], finish: impl Fn(usize, &[T], &[T]) -> R) -> Vec<R> {
        let inputs = self.inputs;
        let mut results = Vec::with_capacity(self.rows * self.outputs);
        for row in x.chunks_exact(inputs) {
            for (channel, weights) in weights.chunks_exact(inputs).enumerate() {
                results.push(finish(channel, row, weights));
            }
        }
        results
    }
}
