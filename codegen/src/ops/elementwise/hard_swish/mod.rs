//! The piecewise approximation of `x · sigmoid(x)`.

#[cfg(test)]
mod test;

use tinyml_arith::hard_swish::HardSwish as Form;
use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ops::elementwise::unary::{Elementwise, IntegerFunction, Quantised};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, DType, Descriptor, Fault, Reference};

attributes! {
    /// `y = x · min(max(x + 3, 0), 6) / 6`.
    pub struct HardSwish {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: HardSwish::NAME,
    parse: HardSwish::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("HARD_SWISH", |node| crate::ops::elementwise::unary::tflite_import(node, HardSwish {}))],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("HardSwish", 1, known![], |node| node.unary(HardSwish {})).since(14).keeps_axes()],
};

impl Elementwise for HardSwish {
    const NAME: &'static str = "hard_swish";
    const LABEL: &'static str = "HardSwish";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::HardSwish, [0.0; 2])
    }

    fn tflite_form(
        &self,
        reference: Reference,
        types: &Quantised<'_>,
    ) -> Result<Option<IntegerFunction>, Fault> {
        if types.output_ty.dtype != DType::I8 {
            return Ok(None);
        }
        let derive = if reference == Reference::Litert { Form::derive_litert } else { Form::derive };
        let form = derive(types.input, types.output);
        if form.output_exponent > 0 {
            let (from, to) = (types.input.scale, types.output.scale);
            return Err(format!(
                "TFLite's integer form needs a result scale of at least 1/128 of the operand's, but they are {to:?} and {from:?}"
            ));
        }
        Ok(Some(Box::new(move |x| form.eval(x as i8).into())))
    }
}
