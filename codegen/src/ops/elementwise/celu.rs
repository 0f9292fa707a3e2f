//! The exponential linear unit with a continuous slope.

use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor};
use crate::ops::elementwise::unary::Elementwise;

attributes! {
    /// `y = x`, or `alpha · (e^(x / alpha) - 1)` below zero.
    pub struct Celu {
        /// What it tends to, negated, far below zero.
        pub alpha: f32,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Celu::NAME,
    parse: Celu::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("Celu", 1, known![alpha: Float], |node| node.unary(Celu { alpha: node.attribute_or("alpha", 1.0)? })).since(12).keeps_axes()],
};

impl Elementwise for Celu {
    const NAME: &'static str = "celu";
    const LABEL: &'static str = "Celu";
    const COST: &'static str = "logistic";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Celu, [self.alpha, 0.0])
    }

    fn note(&self) -> String {
        format!("alpha {}", self.alpha)
    }
}
