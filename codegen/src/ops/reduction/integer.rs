//! Integer forms of means and sums.

use tinyml_arith::{Clamp, Multiplier, Quantization, Rounding, mean, onnx};

use crate::ir::{Fault, Reference, TensorType};
use crate::kernel::{Const, Param};
use crate::ops::common::quantised::{per_tensor, rounding_const};

/// The arithmetic of one integer mean, or of a sum: docs/arithmetic.md, MEAN and SUM.
pub(super) struct IntegerMean {
    multiplier: Multiplier,
    offset: i32,
    output_zero_point: i32,
    rounding: Rounding,
}

impl IntegerMean {
    /// Of the mean of `count` elements.
    pub(super) fn mean(
        x: &TensorType,
        output: &TensorType,
        count: usize,
        reference: Reference,
    ) -> Result<Self, Fault> {
        Self::new(x, output, count, count, reference)
    }

    /// Of the sum of `count` elements.
    pub(super) fn sum(
        x: &TensorType,
        output: &TensorType,
        count: usize,
        reference: Reference,
    ) -> Result<Self, Fault> {
        Self::new(x, output, count, 1, reference)
    }

    /// Of the sum of `count` elements over `divisor`.
    fn new(
        x: &TensorType,
        output: &TensorType,
        count: usize,
        divisor: usize,
        reference: Reference,
    ) -> Result<Self, Fault> {
        let (scale, zero_point) = per_tensor(x, "operand")?;
        let (output_scale, output_zero_point) = per_tensor(output, "result")?;
        let [count, divisor] = [count, divisor].map(u32::try_from);
        let [count, divisor] = [count, divisor]
            .map(|count| count.map_err(|_| format!("reducing all elements of {x} is not supported")));
        let (count, divisor) = (count?, divisor?);
        let offset = zero_point.wrapping_mul(count as i32);
        Ok(match reference {
            Reference::Onnx => {
                let (x, y) = (
                    Quantization { scale, zero_point },
                    Quantization { scale: output_scale, zero_point: output_zero_point },
                );
                let onnx::Average { multiplier, .. } = onnx::Average::derive(x, y, divisor, Clamp::INT8);
                IntegerMean { multiplier, offset, output_zero_point, rounding: Rounding::HalfEven }
            }
            Reference::Tflm | Reference::Litert => {
                let mean::Mean { multiplier, .. } =
                    mean::Mean::derive(scale, zero_point, output_scale, output_zero_point, divisor);
                IntegerMean { multiplier, offset, output_zero_point, rounding: Rounding::Double }
            }
        })
    }

    /// The kernels' constants.
    pub(super) fn params(&self) -> Vec<(&'static str, Param)> {
        let Multiplier { multiplier, shift } = self.multiplier;
        let fields = vec![("multiplier", multiplier.into()), ("shift", shift.into())];
        vec![
            ("multiplier", Const::Struct("Multiplier", fields).into()),
            ("offset", self.offset.into()),
            ("output_zero_point", self.output_zero_point.into()),
        ]
    }

    /// The rounding, where it is not that of the kernels' trait.
    pub(super) fn rounding_shape(&self) -> Option<(&'static str, Const)> {
        (self.rounding != Rounding::Double).then(|| ("ROUNDING", rounding_const(self.rounding)))
    }

    /// The result for a sum of raw values.
    pub(super) fn result(&self, sum: i32) -> i8 {
        let &IntegerMean { multiplier, offset, output_zero_point, rounding } = self;
        match rounding {
            Rounding::HalfEven => {
                let average = onnx::Average { multiplier, offset, output_zero_point, clamp: Clamp::INT8 };
                average.eval(sum) as i8
            }
            _ => mean::Mean { multiplier, offset, output_zero_point }.mean(sum),
        }
    }
}
