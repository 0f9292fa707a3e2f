//! The same elements under another shape.

mod import;
#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, Descriptor, Evaluation, Fault, IntegerForm, Operands, Operator, Shape, TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};

attributes! {
    /// The operand's elements, bit for bit and in row-major order, under another shape.
    ///
    /// The result has a quantisation of its own, which should be the operand's: like the reference's kernels, this converts
    /// nothing.
    pub struct Reshape {
        /// The extents.
        pub shape: Vec<usize>,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "reshape",
    parse: Reshape::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("RESHAPE", import::tflite), ("SQUEEZE", import::tflite), ("EXPAND_DIMS", import::tflite)],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

impl Operator for Reshape {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(operand)] = inputs else { return Err("expects one operand".to_owned()) };
        let shape = Shape(self.shape.clone());
        if shape.elements() != operand.ty.shape.elements() {
            return Err(format!("{} does not have as many elements as {shape}", operand.ty.shape));
        }
        Ok(vec![TensorType::new(operand.ty.dtype, shape)])
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, value) = call.input(0)?;
        let reshaped = value.reshaped(self.shape.clone());
        Ok(vec![
            reshaped
                .ok_or_else(|| format!("{} does not have as many elements as {:?}", ty.shape, self.shape))?,
        ])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::SameAsInput
    }

    fn is_view(&self) -> bool {
        true
    }

    fn lower(&self, _lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        Err("is a view, which needs no kernel".to_owned())
    }
}
