//! The exact meaning of a transposed convolution: docs/arithmetic.md, TRANSPOSE_CONV.

use super::{ConvTranspose2d, Geometry};
use crate::ir::{Evaluation, Fault, Value};
use crate::ops::common::dot;
use crate::ops::common::quantised::{per_tensor, rounding};
use crate::ops::common::weighted::Finish;

impl ConvTranspose2d {
    pub(super) fn evaluate_transposed(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (image_ty, image) = call.input(0)?;
        let (weights_ty, weights) = call.input(1)?;
        let bias = call.optional(2).map(|(_, value)| value);
        let output = call.output()?;
        let geometry = self.geometry(image_ty, weights_ty)?;
        let result = match (image.as_f32(), weights.as_f32(), image.as_i8(), weights.as_i8()) {
            (Some(x), Some(w), ..) => {
                let bias = bias.map(|b| b.as_f32().ok_or("the bias is not f32")).transpose()?;
                let [min, max] = self.clamp;
                let results = self.walk(&geometry, x, w, 0.0, |acc, x, w| acc + dot::f32(x, w), |channel, acc| {
                    (acc + bias.map_or(0.0, |b| b[channel])).max(min).min(max)
                });
                Value::f32(output.shape.clone(), results)
            }
            (_, _, Some(x), Some(w)) => {
                let bias = bias.map(|b| b.as_i32().ok_or("the bias is not i32")).transpose()?;
                let (_, input_zero) = per_tensor(image_ty, "operand")?;
                let (types, rounding) = ([image_ty, weights_ty, output], rounding(call.reference));
                let finish = Finish::derive(types, geometry.output[2], self.clamp, rounding, call.reference)?;
                let results = self.walk(
                    &geometry,
                    x,
                    w,
                    0i32,
                    |acc, x, w| acc.wrapping_add(dot::i8(x, w, input_zero)),
                    |channel, acc| finish.apply(channel, acc.wrapping_add(bias.map_or(0, |b| b[channel]))) as i8,
                );
                Value::i8(output.shape.clone(), results)
            }
            _ => return Err(format!("convolves f32 or i8, not {image_ty} with {weights_ty}")),
        };
        Ok(vec![result.ok_or("the result does not have the declared shape")?])
    }

    /// For each output element: accumulates over the taps that meet a pixel, then finishes with the channel's constants.
    fn walk<T, A: Copy, R>(
        &self,
        geometry: &Geometry,
        image: &[T],
        weights: &[T],
        zero: A,
        accumulate: impl Fn(A, &[T], &[T]) -> A,
        finish: impl Fn(usize, A) -> R,
    ) -> Vec<R> {
        let [_, in_w, in_c] = geometry.image;
        let [out_h, out_w, out_c] = geometry.output;
        let [k_h, k_w] = geometry.kernel;
        let [group_in, group_out] = geometry.group;
        let [rows, columns] = [0, 1].map(|axis| self.axis(geometry, axis));
        let mut results = Vec::with_capacity(out_h * out_w * out_c);
        let mut taps = Vec::new();
        for oy in 0..out_h {
            for ox in 0..out_w {
                taps.clear();
                for ky in 0..k_h {
                    let Some(iy) = rows.line(oy, ky) else { continue };
                    for kx in 0..k_w {
                        let Some(ix) = columns.line(ox, kx) else { continue };
                        taps.push(((iy * in_w + ix) * in_c, (ky * k_w + kx) * group_in));
                    }
                }
                let mut channel = 0;
                while channel < out_c {
                    let (first, filter) = (channel / group_out * group_in, channel * k_h * k_w * group_in);
                    let mut acc = zero;
                    let mut t = 0;
                    while t < taps.len() {
                        let (x, w) = (taps[t].0 + first, taps[t].1 + filter);
                        acc = accumulate(acc, &image[x..x + group_in], &weights[w..w + group_in]);
                        t += 1;
                    }
                    results.push(finish(channel, acc));
                    channel += 1;
                }
            }
        }
        results
    }
}
