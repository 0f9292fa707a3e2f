//! The magnitude.

use tinyml_arith::Multiplier;
use tinyml_arith::requantize::requantize_double;
use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Handle, NodeImport, Onnx, known};
#[cfg(feature = "onnx")]
use crate::ir::DType;
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor, Fault, Reference};
use crate::ops::elementwise::unary::{Elementwise, IntegerFunction, Quantised};
#[cfg(feature = "onnx")]
use crate::ops::elementwise::{maximum::Maximum, neg::negated};

attributes! {
    /// `y = |x|`.
    pub struct Abs {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Abs::NAME,
    parse: Abs::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("ABS", |node| crate::ops::elementwise::unary::tflite_import(node, Abs {}))],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("Abs", 1, known![], import).keeps_axes()],
};

/// Of integers the larger of a number and its negative.
#[cfg(feature = "onnx")]
fn import(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let x = node.input(0)?;
    match node.dtype(&x) {
        DType::I8 | DType::I16 | DType::I32 | DType::I64 => {
            let Handle { tensor, layout } = node.handle(0)?;
            let negative = negated(node, tensor)?;
            node.emit(Maximum::PLAIN, vec![Some(tensor), Some(negative)], layout)
        }
        // What has no sign.
        DType::U8 => node.forward(0),
        _ => node.unary(Abs {}),
    }
}

impl Elementwise for Abs {
    const NAME: &'static str = "abs";
    const LABEL: &'static str = "Abs";
    const COST: &'static str = "leaky_relu";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Abs, [0.0; 2])
    }

    fn tflite_form(
        &self,
        _reference: Reference,
        types: &Quantised<'_>,
    ) -> Result<Option<IntegerFunction>, Fault> {
        let Quantised { input, output, storage, .. } = *types;
        let multiplier = Multiplier::from_f64(f64::from(input.scale) / f64::from(output.scale));
        // Equal scales are not multiplied, which would round the same.
        Ok(Some(Box::new(move |x| {
            let magnitude = x.wrapping_sub(input.zero_point).wrapping_abs();
            storage.apply(requantize_double(magnitude, multiplier).wrapping_add(output.zero_point))
        })))
    }
}
