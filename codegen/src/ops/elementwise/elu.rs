//! The exponential linear unit.

use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor};
use crate::ops::elementwise::unary::Elementwise;

attributes! {
    /// `y = x`, or `alpha · (e^x - 1)` below zero.
    pub struct Elu {
        /// What it tends to, negated, far below zero.
        pub alpha: f32,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Elu::NAME,
    parse: Elu::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("ELU", |node| crate::ops::elementwise::unary::tflite_float(node, Elu { alpha: 1.0 }))],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("Elu", 1, known![alpha: Float], |node| node.unary(Elu { alpha: node.attribute_or("alpha", 1.0)? })).keeps_axes()],
};

impl Elementwise for Elu {
    const NAME: &'static str = "elu";
    const LABEL: &'static str = "Elu";
    const COST: &'static str = "logistic";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Elu, [self.alpha, 0.0])
    }

    fn note(&self) -> String {
        format!("alpha {}", self.alpha)
    }
}
