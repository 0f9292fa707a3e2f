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
        /// Quantisation of operand and result.
        types: [Quantization; 2],
        /// Range of the result.
        clamp: Clamp,
        /// What every mean is of, where all are of equally many elements.
        common: Option<usize>,
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
        Ok(IntegerAverage::Rescaled { types: [input, output], clamp, common: pool.common_count(geometry) })
    }

    /// The result for the sum of the `taps` elements of a window that are in the image.
    pub(super) fn result(&self, sum: i32, taps: usize) -> i32 {
        match self {
            IntegerAverage::Raw(clamp) => average_pool::average(sum, taps as i32, *clamp),
            IntegerAverage::Rescaled { types: [input, _], common, .. } => {
                // Taps in the padding stand for 0.0: they add neither to the sum nor to its offset.
                let offset = input.zero_point.wrapping_mul(taps as i32);
                let average = self.average(common.unwrap_or(taps));
                average.map_or(0, |average| onnx::Average { offset, ..average }.eval(sum))
            }
        }
    }

    /// The mean of so many elements, rescaled; none for the mean of raw values.
    fn average(&self, count: usize) -> Option<onnx::Average> {
        match *self {
            IntegerAverage::Raw(_) => None,
            IntegerAverage::Rescaled { types: [input, output], clamp, .. } => {
                Some(onnx::Average::derive(input, output, count as u32, clamp))
            }
        }
    }

    fn clamp(&self) -> Clamp {
        match *self {
            IntegerAverage::Raw(clamp) | IntegerAverage::Rescaled { clamp, .. } => clamp,
        }
    }

    /// What stands for 0.0 in operand and result, where the kernel needs it.
    fn zero_points(&self) -> [i32; 2] {
        match self {
            IntegerAverage::Raw(_) => [0, 0],
            IntegerAverage::Rescaled { types, .. } => types.map(|ty| ty.zero_point),
        }
    }

    /// The constants of the kernel for sums of `count` elements.
    pub(super) fn params_of_sums(&self, count: usize) -> Vec<(&'static str, Param)> {
        let multiplier = match self.average(count) {
            Some(average) => average.multiplier,
            None => Multiplier { multiplier: 0, shift: 0 },
        };
        let [input_zero, output_zero] = self.zero_points();
        let fields = vec![("multiplier", multiplier.multiplier.into()), ("shift", multiplier.shift.into())];
        vec![
            ("clamp", clamp_const(self.clamp()).into()),
            ("offset", input_zero.wrapping_mul(count as i32).into()),
            ("output_zero_point", output_zero.into()),
            ("multiplier", Const::Struct("Multiplier", fields).into()),
        ]
    }

    /// The constants of the kernel for windows of at most `taps` elements: a multiplier for the one count of elements, or for each
    /// count from 1 on.
    pub(super) fn params(&self, taps: usize) -> Vec<(&'static str, Param)> {
        let counts = match *self {
            IntegerAverage::Raw(_) => 0..0,
            IntegerAverage::Rescaled { common: Some(count), .. } => count..count + 1,
            IntegerAverage::Rescaled { common: None, .. } => 1..taps + 1,
        };
        let multipliers: Vec<Multiplier> =
            counts.filter_map(|count| self.average(count)).map(|average| average.multiplier).collect();
        let fractions: Vec<i32> = multipliers.iter().map(|multiplier| multiplier.multiplier).collect();
        let shifts: Vec<i8> = multipliers.iter().map(|multiplier| multiplier.shift as i8).collect();
        let [input_zero, output_zero] = self.zero_points();
        vec![
            ("clamp", clamp_const(self.clamp()).into()),
            ("input_zero_point", input_zero.into()),
            ("output_zero_point", output_zero.into()),
            ("multipliers", Blob::parameters_i32(&fractions).into()),
            ("shifts", Blob::parameters_i8(&shifts).into()),
        ]
    }
}
