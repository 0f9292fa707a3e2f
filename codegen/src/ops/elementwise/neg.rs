//! The other sign.

use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Handle, NodeImport, Onnx, known};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor};
use crate::ops::elementwise::unary::Elementwise;
#[cfg(feature = "onnx")]
use crate::{
    ir::{DType, Fault, TensorId, Value},
    ops::elementwise::sub::Sub,
};

attributes! {
    /// `y = -x`.
    pub struct Neg {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Neg::NAME,
    parse: Neg::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("NEG", |node| crate::ops::elementwise::unary::tflite_float(node, Neg {}))],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("Neg", 1, known![], import).keeps_axes()],
};

/// Integers are taken from zero.
#[cfg(feature = "onnx")]
fn import(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let x = node.input(0)?;
    if !matches!(node.dtype(&x), DType::I8 | DType::I16 | DType::I32 | DType::I64) {
        return node.unary(Neg {});
    }
    let Handle { tensor, layout } = node.handle(0)?;
    let zero = zero(node, tensor)?;
    node.emit(Sub::PLAIN, vec![Some(zero), Some(tensor)], layout)
}

/// The zero of a tensor's element type, which must be an integer type.
#[cfg(feature = "onnx")]
pub(super) fn zero(node: &mut NodeImport<'_>, tensor: TensorId) -> Result<TensorId, Fault> {
    let value = Value::zeros(node.tensor(tensor).ty.dtype, [1]);
    Ok(node.add_constant("zero", value, None))
}

/// Integers with the other sign, as an intermediate result.
#[cfg(feature = "onnx")]
pub(super) fn negated(node: &mut NodeImport<'_>, tensor: TensorId) -> Result<TensorId, Fault> {
    let zero = zero(node, tensor)?;
    node.step("negative", Sub::PLAIN, vec![Some(zero), Some(tensor)])
}

impl Elementwise for Neg {
    const NAME: &'static str = "neg";
    const LABEL: &'static str = "Neg";
    const COST: &'static str = "leaky_relu";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Neg, [0.0; 2])
    }
}
