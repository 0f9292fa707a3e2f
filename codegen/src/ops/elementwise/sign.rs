//! On which side of zero.

use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Handle, NodeImport, Onnx, known};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor};
use crate::ops::elementwise::unary::Elementwise;
#[cfg(feature = "onnx")]
use crate::{
    ir::{DType, Fault},
    ops::elementwise::{greater::Greater, less::Less, neg::zero, sub::Sub},
    ops::quantisation::cast::Cast,
};

attributes! {
    /// `y` is -1, 0 or 1, as `x` lies to zero.
    pub struct Sign {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Sign::NAME,
    parse: Sign::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("Sign", 1, known![], import).since(9).keeps_axes()],
};

/// Of integers whether they are above zero, less whether they are below.
#[cfg(feature = "onnx")]
fn import(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let x = node.input(0)?;
    let to = node.dtype(&x);
    if !matches!(to, DType::I8 | DType::U8 | DType::I16 | DType::I32 | DType::I64) {
        return node.unary(Sign {});
    }
    let Handle { tensor, layout } = node.handle(0)?;
    let operands = vec![Some(tensor), Some(zero(node, tensor)?)];
    let above = node.step("above", Greater::PLAIN, operands.clone())?;
    let below = node.step("below", Less::PLAIN, operands)?;
    let above = node.step("one_above", Cast { to }, vec![Some(above)])?;
    let below = node.step("one_below", Cast { to }, vec![Some(below)])?;
    node.emit(Sub::PLAIN, vec![Some(above), Some(below)], layout)
}

impl Elementwise for Sign {
    const NAME: &'static str = "sign";
    const LABEL: &'static str = "Sign";
    const COST: &'static str = "leaky_relu";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Sign, [0.0; 2])
    }
}
