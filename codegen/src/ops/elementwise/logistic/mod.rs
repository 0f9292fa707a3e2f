//! The logistic function (sigmoid).

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
    /// `y = 1 / (1 + e^-x)`.
    pub struct Logistic {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Logistic::NAME,
    parse: Logistic::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("LOGISTIC", |node| crate::ops::elementwise::unary::tflite_import(node, Logistic {}))],
    #[cfg(feature = "onnx")]
    onnx: &[
        Onnx::new("Sigmoid", 1, known![], |node| node.unary(Logistic {})).keeps_axes(),
        Onnx::microsoft("QLinearSigmoid", 5, known![], |node| node.quantised_unary(Logistic {})).keeps_axes(),
    ],
};

const SCALE: f32 = 1.0 / 256.0;
const ZERO_POINT: i32 = -128;

impl Elementwise for Logistic {
    const NAME: &'static str = "logistic";
    const LABEL: &'static str = "Logistic";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Logistic, [0.0; 2])
    }

    fn real(&self, x: f32) -> f32 {
        host::sigmoid(x.into()) as f32
    }

    /// TFLite's form knows one output quantisation.
    fn tflite_form(&self, _: Reference, types: &Quantised<'_>) -> Result<Option<IntegerFunction>, Fault> {
        types.require_int8_result(SCALE, ZERO_POINT)?;
        let sigmoidal = Sigmoidal::derive(types.input);
        Ok(Some(Box::new(move |x| sigmoidal.logistic(x as i8).into())))
    }

    fn form(&self) -> IntegerForm {
        IntegerForm::Fixed { scale: SCALE, zero_point: ZERO_POINT }
    }
}
