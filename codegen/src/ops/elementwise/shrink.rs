//! Soft and hard thresholds on both sides of zero.

use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor};
use crate::ops::elementwise::unary::Elementwise;

attributes! {
    /// `y = x - bias` above `lambd`, `x + bias` below `-lambd`, else 0.
    pub struct Shrink {
        /// The threshold.
        pub lambd: f32,
        /// How far what is beyond it moves towards zero.
        pub bias: f32,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Shrink::NAME,
    parse: Shrink::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[Onnx::new("Shrink", 1, known![bias: Float, lambd: Float], |node| node.unary(Shrink { lambd: node.attribute_or("lambd", 0.5)?, bias: node.attribute_or("bias", 0.0)? })).since(9).keeps_axes()],
};

impl Elementwise for Shrink {
    const NAME: &'static str = "shrink";
    const LABEL: &'static str = "Shrink";
    const COST: &'static str = "leaky_relu";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Shrink, [self.lambd, self.bias])
    }

    fn note(&self) -> String {
        format!("threshold {}, bias {}", self.lambd, self.bias)
    }
}
