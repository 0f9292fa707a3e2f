//! The scaled exponential linear unit.

use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor};
use crate::ops::elementwise::unary::Elementwise;

attributes! {
    /// `y = gamma · x`, or `gamma · (alpha · e^x - alpha)` below zero (Klambauer et al., arXiv:1706.02515).
    pub struct Selu {
        /// What the unscaled function tends to, negated, far below zero.
        pub alpha: f32,
        /// The scale.
        pub gamma: f32,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Selu::NAME,
    parse: Selu::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("Selu", 1, known![alpha: Float, gamma: Float], |node| node.unary(Selu { alpha: node.attribute_or("alpha", 1.673_263_2)?, gamma: node.attribute_or("gamma", 1.050_701)? })).keeps_axes()],
};

impl Elementwise for Selu {
    const NAME: &'static str = "selu";
    const LABEL: &'static str = "Selu";
    const COST: &'static str = "logistic";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Selu, [self.alpha, self.gamma])
    }

    fn note(&self) -> String {
        format!("alpha {}, gamma {}", self.alpha, self.gamma)
    }
}
