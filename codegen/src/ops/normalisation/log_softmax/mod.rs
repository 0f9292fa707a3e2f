//! The logarithm of softmax over the last axis, in floating point.

#[cfg(test)]
mod test;

use super::softmax::{Rows, choice, float_call, reals};
#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ir::attributes::attributes;
use crate::ir::{Along, Attributes, DType, Descriptor, Evaluation, Fault, Operands, Operator, TensorType, Value};
use crate::kernel::{KernelChoice, Lowering};

attributes! {
    /// `y[i] = x[i] − ln Σ e^x[j]`, the sum being over the last axis.
    pub struct LogSoftmax {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "log_softmax",
    parse: LogSoftmax::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("LOG_SOFTMAX", |node| crate::ops::elementwise::unary::tflite_import(node, LogSoftmax {}))],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("LogSoftmax", 1, known![axis: Int], |node| {
        super::softmax::along_axis(node, LogSoftmax {}, None)
    })
    .keeps_axes()],
};

impl Operator for LogSoftmax {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x)] = inputs else {
            return Err(format!("expects one operand, got {}", inputs.len()));
        };
        Rows::of(&x.ty)?;
        match x.ty.dtype {
            DType::F32 => Ok(vec![TensorType::new(DType::F32, x.ty.shape.clone())]),
            other => Err(format!("works on f32, not on {other}")),
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, x) = call.input(0)?;
        let x = x.as_f32().ok_or("the operand is not f32")?;
        let results = reals(x, Rows::of(ty)?.depth, 1.0, true);
        let result = Value::f32(call.output()?.shape.clone(), results);
        Ok(vec![result.ok_or("the result does not have the declared shape")?])
    }

    fn along(&self, _inputs: &Operands<'_>, output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let &[Some(axis)] = axes else { return None };
        // The last axis is summed over.
        (axis + 1 < output.shape.rank()).then_some(Along::same(axis))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let x = &lowering.input(0)?.ty;
        choice(lowering, float_call("LogSoftmax", x, 1.0, true)?, x)
    }
}
