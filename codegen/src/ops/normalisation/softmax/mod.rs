//! Softmax over the last axis.

mod evaluate;
#[cfg(feature = "onnx")]
mod import_onnx;
mod lower;
#[cfg(test)]
mod test;

pub(super) use evaluate::{Rows, reals};
#[cfg(feature = "onnx")]
pub(super) use import_onnx::along_axis;
pub(super) use lower::{choice, float_call};

use crate::ops::elementwise::unary::quantisation;
use crate::ir::attributes::attributes;
use crate::ir::{
    Along, Attributes, DType, Descriptor, Evaluation, Fault, IntegerForm, Operands, Operator, Tensor, TensorType,
    Value,
};
use crate::kernel::{KernelChoice, Lowering};

attributes! {
    /// `y[i] = e^(beta · x[i]) / Σ e^(beta · x[j])`, the sum being over the last axis.
    pub struct Softmax {
        /// Factor of the operand.
        pub beta: f32,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "softmax",
    parse: Softmax::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("SOFTMAX", tflite_softmax)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

#[cfg(feature = "tflite")]
fn tflite_softmax(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let options = node.options(crate::import::tflite::options::SoftmaxOptions::read)?;
    crate::ops::elementwise::unary::tflite_import(node, Softmax { beta: options.beta })
}

/// Scale and zero point of TFLite's int8 results.
const RESULT: (f32, i32) = (1.0 / 256.0, -128);

impl Operator for Softmax {
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
            DType::F32 | DType::I8 | DType::U8 => Ok(vec![TensorType::new(x.ty.dtype, x.ty.shape.clone())]),
            other => Err(format!("works on f32 and quantised i8 or u8, not on {other}")),
        }
    }

    fn check(&self, inputs: &Operands<'_>, outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        // A negative beta would make the fixed-point forms' differences positive.
        if !(self.beta > 0.0 && self.beta.is_finite()) {
            faults.push(format!("beta is {:?}, but must be positive", self.beta));
        }
        let roles = inputs
            .iter()
            .flatten()
            .map(|x| (&x.ty, "operand"))
            .chain(outputs.iter().map(|y| (&y.ty, "result")));
        faults.extend(
            roles
                .filter(|(ty, _)| ty.dtype != DType::F32)
                .filter_map(|(ty, role)| quantisation(ty, role).err()),
        );
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        self.evaluate_softmax(call)
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::Fixed { scale: RESULT.0, zero_point: RESULT.1 }
    }

    fn along(&self, _inputs: &Operands<'_>, output: &TensorType, axes: &[Option<usize>]) -> Option<Along> {
        let &[Some(axis)] = axes else { return None };
        // The last axis is summed over.
        (axis + 1 < output.shape.rank()).then_some(Along::same(axis))
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        self.lower_softmax(lowering)
    }
}
