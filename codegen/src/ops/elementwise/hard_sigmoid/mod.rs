//! The piecewise linear sigmoid.

#[cfg(test)]
mod test;

use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ops::elementwise::unary::Elementwise;
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor};

attributes! {
    /// `y = min(max(alpha · x + beta, 0), 1)`.
    pub struct HardSigmoid {
        /// Slope.
        pub alpha: f32,
        /// Value at zero.
        pub beta: f32,
    }
}

/// The operator table's entry. TFLite has no such operator.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: HardSigmoid::NAME,
    parse: HardSigmoid::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("HardSigmoid", 1, known![alpha: Float, beta: Float], |node| {
        let (alpha, beta) = (node.attribute_or("alpha", 0.2)?, node.attribute_or("beta", 0.5)?);
        node.unary(HardSigmoid { alpha, beta })
    })
    .keeps_axes()],
};

impl Elementwise for HardSigmoid {
    const NAME: &'static str = "hard_sigmoid";
    const LABEL: &'static str = "HardSigmoid";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::HardSigmoid, [self.alpha, self.beta])
    }

    fn note(&self) -> String {
        format!("{} x + {}", self.alpha, self.beta)
    }
}
