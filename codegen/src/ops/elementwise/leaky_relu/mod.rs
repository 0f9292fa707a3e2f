//! The rectifier with a slope below zero.

#[cfg(test)]
mod test;

use tinyml_arith::leaky_relu::LeakyRelu as Form;
use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ops::elementwise::unary::{Elementwise, IntegerFunction, Quantised};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, DType, Descriptor, Fault, Reference};

attributes! {
    /// `y = x`, or `alpha · x` below zero.
    pub struct LeakyRelu {
        /// Slope below zero.
        pub alpha: f32,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: LeakyRelu::NAME,
    parse: LeakyRelu::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("LEAKY_RELU", tflite_leaky_relu)],
    #[cfg(feature = "onnx")]
    onnx: &[
        Onnx::new("LeakyRelu", 1, known![alpha: Float], |node| {
            node.unary(LeakyRelu { alpha: node.attribute_or("alpha", 0.01)? })
        })
        .keeps_axes(),
        Onnx::microsoft("QLinearLeakyRelu", 5, known![alpha: Float], |node| {
            node.quantised_unary(LeakyRelu { alpha: node.attribute_or("alpha", 0.01)? })
        })
        .keeps_axes(),
    ],
};

#[cfg(feature = "tflite")]
fn tflite_leaky_relu(node: &mut crate::import::tflite::NodeImport<'_>) -> Result<(), Fault> {
    let options = node.options(crate::import::tflite::options::LeakyReluOptions::read)?;
    crate::ops::elementwise::unary::tflite_import(node, LeakyRelu { alpha: options.alpha })
}

impl Elementwise for LeakyRelu {
    const NAME: &'static str = "leaky_relu";
    const LABEL: &'static str = "LeakyRelu";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::LeakyRelu, [self.alpha, 0.0])
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
        let form = derive(self.alpha, types.input, types.output);
        Ok(Some(Box::new(move |x| form.eval(x as i8).into())))
    }

    fn note(&self) -> String {
        format!("slope {} below zero", self.alpha)
    }
}
