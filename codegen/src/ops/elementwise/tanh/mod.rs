//! The hyperbolic tangent.

#[cfg(test)]
mod test;

use tinyml_arith::host;
use tinyml_arith::logistic::Sigmoidal;
use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ops::elementwise::unary::{Elementwise, IntegerFunction, Quantised};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor, Fault, IntegerForm, Reference};

attributes! {
    /// `y = tanh(x)`.
    pub struct Tanh {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Tanh::NAME,
    parse: Tanh::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("TANH", |node| crate::ops::elementwise::unary::tflite_import(node, Tanh {}))],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("Tanh", 1, known![], |node| node.unary(Tanh {})).keeps_axes()],
};

const SCALE: f32 = 1.0 / 128.0;
const ZERO_POINT: i32 = 0;

impl Elementwise for Tanh {
    const NAME: &'static str = "tanh";
    const LABEL: &'static str = "Tanh";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Tanh, [0.0; 2])
    }

    fn real(&self, x: f32) -> f32 {
        host::tanh(x.into()) as f32
    }

    /// TFLite's form knows one output quantisation.
    fn tflite_form(&self, _: Reference, types: &Quantised<'_>) -> Result<Option<IntegerFunction>, Fault> {
        types.require_int8_result(SCALE, ZERO_POINT)?;
        let sigmoidal = Sigmoidal::derive(types.input);
        Ok(Some(Box::new(move |x| sigmoidal.tanh(x as i8).into())))
    }

    fn form(&self) -> IntegerForm {
        IntegerForm::Fixed { scale: SCALE, zero_point: ZERO_POINT }
    }
}
