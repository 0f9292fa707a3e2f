//! The exact meaning of a softmax: docs/arithmetic.md, SOFTMAX.

use tinyml_arith::float::{exp, ln};
use tinyml_arith::{onnx, softmax as tflm};

use super::{RESULT, Softmax};
use crate::ir::{DType, Evaluation, Fault, Reference, TensorType, Value};
use crate::ops::elementwise::unary::{quantisation, storage};

/// The rows that a softmax works on.
#[derive(Clone, Copy, Debug)]
pub(in crate::ops) struct Rows {
    /// Product of the outer extents.
    pub(in crate::ops) rows: usize,
    /// Extent of the last axis.
    pub(in crate::ops) depth: usize,
}

impl Rows {
    /// The rows of a tensor; a fault if there are none.
    pub(in crate::ops) fn of(ty: &TensorType) -> Result<Self, Fault> {
        let depth = ty.shape.channels();
        match ty.shape.elements().checked_div(depth) {
            Some(rows) if rows > 0 => Ok(Rows { rows, depth }),
            _ => Err(format!("the operand {} has no elements", ty.shape)),
        }
    }
}

/// What TFLM's form needs of scales, else it (like TFLM) has no meaning.
pub(super) fn check_tflite(
    input: &TensorType,
    output: &TensorType,
    beta: f32,
) -> Result<tflm::Softmax, Fault> {
    if output.dtype != DType::I8 || output.per_tensor() != Some(RESULT) {
        return Err(format!(
            "TFLite's integer form gives i8 q({:?}, {}), but the result is {output}",
            RESULT.0, RESULT.1
        ));
    }
    let scale = quantisation(input, "operand")?.scale;
    // The Q5.26 differences would be smaller than one unit.
    if f64::from(beta) * f64::from(scale) * f64::from(1u32 << 26) <= 1.0 {
        return Err(format!(
            "the operand's scale {scale:?} times beta {beta:?} is too small for TFLite's integer form"
        ));
    }
    Ok(tflm::Softmax::derive(beta, scale))
}

/// The table of exponentials for ONNX's form.
pub(super) fn onnx_exp_table(input_scale: f32, beta: f32) -> [u32; 256] {
    onnx::Softmax::exp_table(input_scale * beta)
}

/// Softmax of f32 rows, or its logarithm, in the order of the kernel `softmax_f32`.
pub(in crate::ops) fn reals(x: &[f32], depth: usize, beta: f32, log: bool) -> Vec<f32> {
    let mut results = vec![0.0; x.len()];
    let mut first = 0;
    while first + depth <= x.len() && depth > 0 {
        let (x, y) = (&x[first..first + depth], &mut results[first..first + depth]);
        let (mut max, mut sum) = (f32::NEG_INFINITY, 0.0);
        let mut i = 0;
        while i < depth {
            max = max.max(x[i]);
            i += 1;
        }
        i = 0;
        while i < depth {
            let difference = (x[i] - max) * beta;
            let exponential = exp(difference);
            sum += exponential;
            y[i] = if log { difference } else { exponential };
            i += 1;
        }
        let log_sum = if log { ln(sum) } else { 0.0 };
        i = 0;
        while i < depth {
            y[i] = if log { y[i] - log_sum } else { y[i] / sum };
            i += 1;
        }
        first += depth;
    }
    results
}

impl Softmax {
    pub(super) fn evaluate_softmax(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, x) = call.input(0)?;
        let output = call.output()?;
        let Rows { depth, .. } = Rows::of(ty)?;
        let shape = output.shape.clone();
        let result = match (x.as_f32(), x.as_i8(), call.reference) {
            (Some(x), ..) => Value::f32(shape, reals(x, depth, self.beta, false)),
            (_, Some(x), Reference::Tflm | Reference::Litert) => {
                let softmax = check_tflite(ty, output, self.beta)?;
                let mut results = vec![0; x.len()];
                for (x, y) in x.chunks(depth).zip(results.chunks_mut(depth)) {
                    tflm::row(softmax, x, y);
                }
                Value::i8(shape, results)
            }
            (_, _, Reference::Onnx) => {
                let x = x.integers().ok_or("the operand has no elements of a number type")?;
                let table = onnx_exp_table(quantisation(ty, "operand")?.scale, self.beta);
                let softmax = onnx::Softmax::derive(quantisation(output, "result")?, storage(output.dtype)?);
                let results: Vec<i64> =
                    x.chunks(depth).flat_map(|row| onnx_row(softmax, &table, row)).collect();
                Value::from_integers(output.dtype, shape, &results)
            }
            _ => return Err(format!("has no TFLite form on {ty}")),
        };
        Ok(vec![result.ok_or("the result does not have the declared type")?])
    }
}

fn onnx_row(softmax: onnx::Softmax, table: &[u32; 256], row: &[i64]) -> Vec<i64> {
    let max = row.iter().copied().max().unwrap_or(0);
    // Both are values of one byte, so that the difference is one.
    let exp = |x: i64| table[usize::from((max - x) as u8)];
    let divisor = softmax.row(row.iter().map(|&x| u64::from(exp(x))).sum());
    row.iter().map(|&x| softmax.output(exp(x), divisor).into()).collect()
}
