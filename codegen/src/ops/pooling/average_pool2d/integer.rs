//! Averages of quantised values: docs/arithmetic.md, AVERAGE_POOL_2D.

use super::AveragePool2d;
use crate::ir::{Fault, Reference, TensorType};
use crate::kernel::{Blob, Const, Param};
use crate::ops::pooling::pool::{PoolGeometry, quantised_alike};
use crate::ops::common::quantised::{clamp_const, clamp_range, per_tensor};
use tinyml_arith::{Clamp, Multiplier, Quantization, average_pool, onnx};

/// How quantised averages are computed.
pub(super) enum IntegerAverage {
    /// The mean of raw values: TFLM's, whose result has the operand's quantisation.
    Raw(Clamp),
    /// Rescaled to the result's own quantisation, with one rounding: ONNX's, and that of graphs which the TensorFlow Lite
    /// kernels refuse (another quantisation, counted padding).
    Rescaled {
        /// What stands for 0.0 in the operand.
        input_zero: i32,
        /// For the one count of elements, or for each count from 1 on.
        averages: Vec<onnx::Average>,
    },
}

impl IntegerAverage {
    pub(super) fn new(
        pool: &AveragePool2d,
        input: &TensorType,
        output: &TensorType,
        geometry: &PoolGeometry,
        reference: Reference,
    ) -> Result<Self, Fault> {
        let (input_scale, input_zero) = per_tensor(input, "operand")?;
        let (output_scale, output_zero) = per_tensor(output, "result")?;
        let clamp = clamp_range(pool.clamp, output)?;
        if reference != Reference::Onnx && quantised_alike(input, output) && !pool.count_padding {
            return Ok(IntegerAverage::Raw(clamp));
        }
        let input = Quantization { scale: input_scale, zero_point: input_zero };
        let output = Quantization { scale: output_scale, zero_point: output_zero };
        let average = |count: usize| onnx::Average::derive(input, output, count as u32, clamp);
        let averages = match pool.common_count(geometry) {
            Some(count) => vec![average(count)],
            None => (1..=geometry.taps()).map(average).collect(),
        };
        Ok(IntegerAverage::Rescaled { input_zero, averages })
    }

    /// The result for the sum of the `taps` elements of a window that are in the image.
    pub(super) fn result(&self, sum: i32, taps: usize) -> i32 {
        match self {
            IntegerAverage::Raw(clamp) => average_pool::average(sum, taps as i32, *clamp),
            IntegerAverage::Rescaled { input_zero, averages } => {
                let index = if averages.len() == 1 { 0 } else { taps.saturating_sub(1) };
                // Taps in the padding stand for 0.0: they add neither to the sum nor to its offset.
                let offset = input_zero.wrapping_mul(taps as i32);
                onnx::Average { offset, ..averages[index] }.eval(sum)
            }
        }
    }

    /// The constants of the kernel for sums of `count` elements.
    pub(super) fn params_of_sums(&self, count: usize) -> Vec<(&'static str, Param)> {
        let (clamp, offset, zero_point, multiplier) = match self {
            IntegerAverage::Rescaled { input_zero, averages } if !averages.is_empty() => {
                let last = averages[averages.len() - 1];
                (last.clamp, input_zero.wrapping_mul(count as i32), last.output_zero_point, last.multiplier)
            }
            IntegerAverage::Raw(clamp) => (*clamp, 0, 0, Multiplier { multiplier: 0, shift: 0 }),
            IntegerAverage::Rescaled { .. } => return Vec::new(),
        };
        let fields = vec![("multiplier", multiplier.multiplier.into()), ("shift", multiplier.shift.into())];
        vec![
            ("clamp", clamp_const(clamp).into()),
            ("offset", offset.into()),
            ("output_zero_point", zero_point.into()),
            ("multiplier", Const::Struct("Multiplier", fields).into()),
        ]
    }

    /// The constants of the kernel.
    pub(super) fn params(&self) -> Vec<(&'static str, Param)> {
        let (clamp, input_zero, output_zero, averages): (_, _, _, &[onnx::Average]) = match self {
            IntegerAverage::Raw(clamp) => (*clamp, 0, 0, &[]),
            IntegerAverage::Rescaled { input_zero, averages } => {
                let Some(first) = averages.first() else { return Vec::new() };
                (first.clamp, *input_zero, first.output_zero_point, averages)
            }
        };
        let fractions: Vec<i32> = averages.iter().map(|average| average.multiplier.multiplier).collect();
        let shifts: Vec<i8> = averages.iter().map(|average| average.multiplier.shift as i8).collect();
        vec![
            ("clamp", clamp_const(clamp).into()),
            ("input_zero_point", input_zero.into()),
            ("output_zero_point", output_zero.into()),
            ("multipliers", Blob::parameters_i32(&fractions).into()),
            ("shifts", Blob::parameters_i8(&shifts).into()),
        ]
    }
}
