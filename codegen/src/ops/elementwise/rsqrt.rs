//! The reciprocal of the square root.

use tinyml_arith::rsqrt::Rsqrt as Form;
use tinyml_arith::unary::UnaryFunction;

use crate::ir::attributes::attributes;
use crate::ir::{Attributes, DType, Descriptor, Fault, Reference};
use crate::ops::elementwise::unary::{Elementwise, IntegerFunction, Quantised};

attributes! {
    /// `y = 1 / √x`.
    pub struct Rsqrt {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Rsqrt::NAME,
    parse: Rsqrt::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("RSQRT", |node| crate::ops::elementwise::unary::tflite_import(node, Rsqrt {}))],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

impl Elementwise for Rsqrt {
    const NAME: &'static str = "rsqrt";
    const LABEL: &'static str = "Rsqrt";
    const COST: &'static str = "leaky_relu";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Rsqrt, [0.0; 2])
    }

    fn tflite_form(
        &self,
        _reference: Reference,
        types: &Quantised<'_>,
    ) -> Result<Option<IntegerFunction>, Fault> {
        if types.output_ty.dtype != DType::I8 {
            return Ok(None);
        }
        let form = Form::derive(f64::from(types.input.scale).sqrt(), types.input, types.output);
        Ok(Some(Box::new(move |x| form.eval(x as i8).into())))
    }
}
