//! The logistic function (sigmoid).

#[cfg(test)]
mod test;

use tinyml_arith::host;
use tinyml_arith::logistic::Sigmoidal;
use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Handle, NodeImport, Onnx, known},
    ir::Value,
    ops::elementwise::mul::Mul,
};
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
        Onnx::new("Swish", 1, known![alpha: Float], |node| swish(node, 1.0)).since(24).keeps_axes(),
        Onnx::microsoft("QuickGelu", 1, known![alpha: Float], |node| swish(node, 1.702)).keeps_axes(),
        Onnx::microsoft("QLinearSigmoid", 5, known![], |node| node.quantised_unary(Logistic {})).keeps_axes(),
    ],
};

/// `x · sigmoid(alpha · x)`.
#[cfg(feature = "onnx")]
fn swish(node: &mut NodeImport<'_>, default: f32) -> Result<(), Fault> {
    let alpha: f32 = node.attribute_or("alpha", default)?;
    let Handle { tensor, layout } = node.handle(0)?;
    let scaled = if alpha == 1.0 {
        tensor
    } else {
        let value = Value::f32([1], vec![alpha]).ok_or("`alpha` is no number")?;
        let alpha = node.add_constant("alpha", value, None);
        node.step("scaled", Mul::PLAIN, vec![Some(tensor), Some(alpha)])?
    };
    let gate = node.step("gate", Logistic {}, vec![Some(scaled)])?;
    node.emit(Mul::PLAIN, vec![Some(tensor), Some(gate)], layout)
}

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
