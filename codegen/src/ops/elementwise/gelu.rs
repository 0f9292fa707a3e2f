//! The Gaussian error linear unit.

use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::import::onnx::{Onnx, known};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor};
use crate::ops::elementwise::unary::Elementwise;

attributes! {
    /// `y = x · Φ(x)`, `Φ` being the normal distribution (Hendrycks and Gimpel, arXiv:1606.08415).
    pub struct Gelu {
        /// Whether `Φ(x)` is `(1 + tanh(√(2/π) · (x + 0.044715 · x³))) / 2`.
        pub by_tanh: bool,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Gelu::NAME,
    parse: Gelu::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[
        Onnx::new("Gelu", 1, known![approximate: Text], |node| {
            let by_tanh = match node.attribute_or("approximate", "none".to_owned())?.as_str() {
                "none" => false,
                "tanh" => true,
                other => return Err(format!("`approximate={other}` is not known; none and tanh are")),
            };
            node.unary(Gelu { by_tanh })
        })
        .since(20)
        .keeps_axes(),
        Onnx::microsoft("Gelu", 1, known![], |node| node.unary(Gelu { by_tanh: false })).keeps_axes(),
    ],
};

impl Elementwise for Gelu {
    const NAME: &'static str = "gelu";
    const LABEL: &'static str = "Gelu";
    const COST: &'static str = "logistic";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (if self.by_tanh { UnaryFunction::GeluTanh } else { UnaryFunction::Gelu }, [0.0; 2])
    }

    fn note(&self) -> String {
        if self.by_tanh { "by tanh".to_owned() } else { String::new() }
    }
}
