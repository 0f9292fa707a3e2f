//! The exact meaning of a product of matrices: docs/arithmetic.md, BATCH_MATMUL.

use super::{Geometry, Matmul};
use crate::ir::{Evaluation, Fault, Reference, TensorType, Value};
use crate::ops::common::quantised::{UNCLAMPED, clamp_range, per_tensor, rounding};
use tinyml_arith::{Clamp, Multiplier, Rounding, requantize};

/// From sums of products to the result.
pub(super) struct Requantisation {
    pub(super) zeros: [i32; 2],
    pub(super) multiplier: Multiplier,
    pub(super) rounding: Rounding,
    pub(super) output_zero: i32,
    pub(super) clamp: Clamp,
}

impl Requantisation {
    /// For factors and result of these types.
    pub(super) fn of([a, b, output]: [&TensorType; 3], reference: Reference) -> Result<Requantisation, Fault> {
        let (a_scale, a_zero) = per_tensor(a, "first factor")?;
        let (b_scale, b_zero) = per_tensor(b, "second factor")?;
        let (scale, output_zero) = per_tensor(output, "result")?;
        let ratio = match reference {
            Reference::Onnx => f64::from(a_scale * b_scale / scale),
            Reference::Tflm | Reference::Litert => f64::from(a_scale) * f64::from(b_scale) / f64::from(scale),
        };
        Ok(Requantisation {
            zeros: [a_zero, b_zero],
            multiplier: Multiplier::from_f64(ratio),
            rounding: rounding(reference),
            output_zero,
            clamp: clamp_range(UNCLAMPED, output)?,
        })
    }

    fn apply(&self, sum: i32) -> i32 {
        self.clamp.apply(requantize(sum, self.multiplier, self.rounding).wrapping_add(self.output_zero))
    }
}

impl Matmul {
    pub(super) fn evaluate_product(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let ((a_ty, a), (b_ty, b)) = (call.input(0)?, call.input(1)?);
        let output = call.output()?;
        let geometry = self.geometry(&a_ty.shape, &b_ty.shape)?;
        let result = match (a.as_f32(), b.as_f32()) {
            (Some(a), Some(b)) => {
                let results = self.walk(&geometry, |pair, steps| {
                    let mut sum = 0.0;
                    (0..geometry.inner).for_each(|i| sum += a[pair[0] + i * steps[0]] * b[pair[1] + i * steps[1]]);
                    sum
                });
                Value::f32(output.shape.clone(), results)
            }
            _ => {
                let (Some(a), Some(b)) = (a.integers(), b.integers()) else {
                    return Err(format!("multiplies f32 or integers, not {a_ty} with {b_ty}"));
                };
                let finish = Requantisation::of([a_ty, b_ty, output], call.reference)?;
                let zeros = finish.zeros.map(i64::from);
                let results = self.walk(&geometry, |pair, steps| {
                    let product = |i: usize| {
                        let (a, b) = (a[pair[0] + i * steps[0]] - zeros[0], b[pair[1] + i * steps[1]] - zeros[1]);
                        (a * b) as i32
                    };
                    let sum = (0..geometry.inner).fold(0i32, |sum, i| sum.wrapping_add(product(i)));
                    i64::from(finish.apply(sum))
                });
                Value::from_integers(output.dtype, output.shape.clone(), &results)
            }
        };
        Ok(vec![result.ok_or("the result does not have the declared shape")?])
    }

    /// Each element of the result, from the first elements of a row and a column and the steps along them.
    fn walk<R>(&self, geometry: &Geometry, element: impl Fn([usize; 2], [usize; 2]) -> R) -> Vec<R> {
        let &Geometry { rows, columns, inner, .. } = geometry;
        // From a row to the next and along it; the same of columns.
        let [row_step, along_row] = if self.transpose_a { [1, rows] } else { [inner, 1] };
        let [column_step, along_column] = if self.transpose_b { [inner, 1] } else { [1, columns] };
        let mut results = Vec::new();
        for [a, b] in geometry.pairs() {
            for row in 0..rows {
                for column in 0..columns {
                    let first = [a * rows * inner + row * row_step, b * columns * inner + column * column_step];
                    results.push(element(first, [along_row, along_column]));
                }
            }
        }
        results
    }
}
