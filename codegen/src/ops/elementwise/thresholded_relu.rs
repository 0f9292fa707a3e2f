//! The rectifier with another threshold than zero.

use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor};
use crate::ops::elementwise::unary::Elementwise;

attributes! {
    /// `y = x` above `alpha`, else 0.
    pub struct ThresholdedRelu {
        /// The threshold.
        pub alpha: f32,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: ThresholdedRelu::NAME,
    parse: ThresholdedRelu::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("ThresholdedRelu", 1, known![alpha: Float], |node| node.unary(ThresholdedRelu { alpha: node.attribute_or("alpha", 1.0)? })).since(10).keeps_axes()],
};

impl Elementwise for ThresholdedRelu {
    const NAME: &'static str = "thresholded_relu";
    const LABEL: &'static str = "ThresholdedRelu";
    const COST: &'static str = "leaky_relu";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::ThresholdedRelu, [self.alpha, 0.0])
    }

    fn note(&self) -> String {
        format!("above {}", self.alpha)
    }
}
