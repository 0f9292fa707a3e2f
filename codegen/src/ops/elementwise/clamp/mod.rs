//! Limits: ReLU, ReLU6, Clip.

#[cfg(test)]
mod test;

use tinyml_arith::Activation;
use tinyml_arith::Clamp as Range;
use tinyml_arith::quantize::Rescale;
use tinyml_arith::relu::{relu_litert, relu6};
use tinyml_arith::unary::UnaryFunction;

#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Handle, Item, Onnx, known},
    ir::DType,
    ops::elementwise::{maximum::Maximum, minimum::Minimum},
};
use crate::ops::common::quantised::{clamp_range, describe_clamp, narrow};
use crate::ops::elementwise::unary::{Elementwise, IntegerFunction, Quantised};
use crate::ir::attributes::attributes;
use crate::ir::{Attributes, Descriptor, Fault, IntegerForm, Op, Reference};

attributes! {
    /// `y = min(max(x, min), max)`.
    pub struct Clamp {
        /// Smallest result.
        pub min: f32,
        /// Largest result.
        pub max: f32,
    }
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: Clamp::NAME,
    parse: Clamp::parse,
    #[cfg(feature = "tflite")]
    tflite: &[
        ("RELU", |node| crate::ops::elementwise::unary::tflite_import(node, Clamp::RELU)),
        ("RELU6", |node| crate::ops::elementwise::unary::tflite_import(node, Clamp::RELU6)),
        ("RELU_N1_TO_1", |node| crate::ops::elementwise::unary::tflite_import(node, Clamp { min: -1.0, max: 1.0 })),
    ],
    #[cfg(feature = "onnx")]
    onnx: &[
        Onnx::new("Relu", 1, known![], |node| node.unary(Clamp::RELU)).keeps_axes(),
        Onnx::new("Clip", 3, known![max: Float until 10, min: Float until 10], clip).before(11, 1).keeps_axes(),
    ],
};

/// Clip: the bounds are operands or, before version 11, attributes; either may be left out. Of integers, and where a bound is computed, it is the
/// larger and then the smaller of two elements.
#[cfg(feature = "onnx")]
fn clip(node: &mut crate::import::onnx::NodeImport<'_>) -> Result<(), Fault> {
    let x = node.input(0)?;
    if node.dtype(&x) != DType::F32 || node.is_computed(1) || node.is_computed(2) {
        let (min, max) = (node.optional(1)?, node.optional(2)?);
        let Some(first) = min.clone().or_else(|| max.clone()) else { return node.forward(0) };
        let (tensors, layout) = node.broadcast(&[x, first])?;
        let inputs = tensors.into_iter().map(Some).collect();
        let Some(max) = max else { return node.emit(Maximum::PLAIN, inputs, layout) };
        if min.is_none() {
            return node.emit(Minimum::PLAIN, inputs, layout);
        }
        let tensor = node.step("above", Maximum::PLAIN, inputs)?;
        let (tensors, layout) = node.broadcast(&[Item::Computed(Handle { tensor, layout }), max])?;
        return node.emit(Minimum::PLAIN, tensors.into_iter().map(Some).collect(), layout);
    }
    let bound = |index: usize, name: &str, none: f32| -> Result<f32, Fault> {
        match node.optional_real(index)? {
            Some(bound) => Ok(bound),
            None => node.attribute_or(name, none),
        }
    };
    let (min, max) = (bound(1, "min", f32::NEG_INFINITY)?, bound(2, "max", f32::INFINITY)?);
    // The largest floats are how older files write "no bound".
    let min = if min <= f32::MIN { f32::NEG_INFINITY } else { min };
    let max = if max >= f32::MAX { f32::INFINITY } else { max };
    node.unary(Clamp { min, max })
}

impl Clamp {
    /// `max(x, 0)`.
    pub const RELU: Self = Clamp { min: 0.0, max: f32::INFINITY };
    /// `min(max(x, 0), 6)`.
    pub const RELU6: Self = Clamp { min: 0.0, max: 6.0 };
}

impl Elementwise for Clamp {
    const NAME: &'static str = "clamp";
    const LABEL: &'static str = "Clamp";

    fn to_attributes(&self) -> Attributes {
        self.printed()
    }

    fn function(&self) -> (UnaryFunction, [f32; 2]) {
        (UnaryFunction::Clamp, [self.min, self.max])
    }

    /// RELU rescales and clamps on the result's quantisation. TFLM's RELU6 clamps on the operand's and does not look at the
    /// result's; LiteRT's does as RELU, with the ratio of the scales
    /// formed in f32.
    fn tflite_form(
        &self,
        reference: Reference,
        types: &Quantised<'_>,
    ) -> Result<Option<IntegerFunction>, Fault> {
        if *self == Clamp::RELU6 && reference == Reference::Tflm {
            let range = relu6(types.input, types.storage);
            return Ok(Some(Box::new(move |x| range.apply(x))));
        }
        let Range { min, max } = clamp_range([self.min, self.max], types.output_ty)?;
        // Both bounds may lie on the same side of the storage's range.
        let range = Range { min: types.storage.apply(min), max: types.storage.apply(max) };
        let (input, output, storage) = (types.input, types.output, types.storage);
        let rescale = match reference {
            Reference::Litert => relu_litert(Activation::None, input, output, storage),
            _ => Rescale::derive(input, output, storage),
        };
        let rescale = Rescale { clamp: range, ..rescale };
        Ok(Some(Box::new(move |x| rescale.rescale(x))))
    }

    /// TFLM's RELU6 takes the operand's quantisation for the result's, so they must be the same.
    fn form(&self) -> IntegerForm {
        match *self == Clamp::RELU6 {
            true => IntegerForm::SameAsInput,
            false => IntegerForm::Free { weights: None, bias: None },
        }
    }

    fn clamped(&self, min: f32, max: f32) -> Option<Op> {
        let [min, max] = narrow([self.min, self.max], min, max);
        Some(Op::new(Clamp { min, max }))
    }

    fn note(&self) -> String {
        describe_clamp([self.min, self.max]).trim_start_matches(", ").to_owned()
    }
}
