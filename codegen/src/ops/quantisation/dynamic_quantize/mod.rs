//! Symmetric quantisation with a scale that depends on the data: what LiteRT does to the activations of a layer with int8 weights
//! and f32 activations (dynamic-range quantisation).

#[cfg(test)]
mod test;

use crate::cost::Work;
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Descriptor, Evaluation, Fault, Operands, Operator, TensorType, Value,
};
use crate::kernel::{KernelCall, KernelChoice, Lowering, Operand, Overlap, Gaps};
use tinyml_arith::float::round_half_away;

attributes! {
    /// `r = max |x|`, results `q = clamp(round(x · 127 / r), ±127)` (whole numbers, held in f32) and `r / 127`, with shape `[1]`.
    ///
    /// All zeros give q = 0 and the scale 1. LiteRT: `SymmetricQuantizeFloats`.
    pub struct DynamicQuantize {}
}

/// The operator table's entry. No file format has it: the TFLite importer makes it (see `import/tflite/dynamic_range.rs`).
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "dynamic_quantize",
    parse: DynamicQuantize::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

impl Operator for DynamicQuantize {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        match inputs {
            &[Some(x)] if x.ty.dtype == DType::F32 => {
                Ok(vec![TensorType::new(DType::F32, x.ty.shape.clone()), TensorType::new(DType::F32, [1])])
            }
            _ => Err("expects one f32 operand".to_owned()),
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (_, x) = call.input(0)?;
        let data = x.as_f32().ok_or("the operand is not f32")?;
        let range = data.iter().fold(0.0f32, |range, x| range.max(x.abs()));
        let (factor, scale) = if range == 0.0 { (0.0, 1.0) } else { (127.0 / range, range / 127.0) };
        let whole = data.iter().map(|x| round_half_away(x * factor).clamp(-127.0, 127.0)).collect();
        let q = Value::f32(x.shape().clone(), whole).ok_or("the result does not have the operand's shape")?;
        Ok(vec![q, Value::f32([1], vec![scale]).ok_or("the scale is one number")?])
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let elements = lowering.input(0)?.ty.shape.elements();
        let call = KernelCall {
            kernel: "dynamic_quantize_f32",
            label: "DynamicQuantize",
            shape_name: format!("DynamicQuantizeOf{elements}"),
            note: String::new(),
            shape: vec![("ELEMENTS", elements.into())],
            operands: vec![
                ("INPUT", Operand::input(0)),
                ("OUTPUT", Operand::output(0)),
                ("SCALE", Operand::output(1)),
            ],
            params: Vec::new(),
            overlap: vec![(0, Overlap::Sliding(Gaps::BYTE_FOR_BYTE))],
        };
        let work = Work::new("dynamic_quantize_f32", 300).with("element", elements);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
