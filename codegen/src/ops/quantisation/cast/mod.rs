//! Integers to the real numbers that they are.
//!
//! Bytes have no such operator: they are integers of scale 1 ([`Dequantize`](super::dequantize::Dequantize)).

#[cfg(test)]
mod test;

use crate::cost::Work;
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Descriptor, Evaluation, Fault, IntegerForm, Operands, Operator, TensorType, Value,
};
use crate::kernel::{Gaps, KernelCall, KernelChoice, Lowering, Operand, Overlap, no_kernel_for};

attributes! {
    /// `x = n`, in f32: the nearest, ties to even.
    pub struct Cast {}
}

/// The operator table's entry. ONNX's Cast has several forms, which its importer tells apart.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "cast",
    parse: Cast::parse,
    #[cfg(feature = "tflite")]
    tflite: &[],
    #[cfg(feature = "onnx")]
    onnx: &[],
};

impl Operator for Cast {
    fn name(&self) -> &'static str {
        DESCRIPTOR.name
    }

    fn attributes(&self) -> Attributes {
        self.printed()
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        let &[Some(x)] = inputs else {
            return Err(format!("expects one operand, got {}", inputs.len()));
        };
        match (x.ty.dtype, &x.ty.quant) {
            (DType::I16 | DType::I32 | DType::I64, None) => {
                Ok(vec![TensorType::new(DType::F32, x.ty.shape.clone())])
            }
            (dtype, None) => Err(format!("the operand is {dtype}, expected i16, i32 or i64")),
            (_, Some(quant)) => Err(format!("the operand stands for other numbers: {quant}")),
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (_, x) = call.input(0)?;
        let integers = x.integers().ok_or("the operand has no integers")?;
        let reals = integers.iter().map(|&n| n as f32).collect();
        let result = Value::f32(call.output()?.shape.clone(), reals);
        Ok(vec![result.ok_or("the result does not have the declared shape")?])
    }

    fn integer_form(&self) -> IntegerForm {
        IntegerForm::None
    }

    fn is_unary_elementwise(&self) -> bool {
        true
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        let x = &lowering.input(0)?.ty;
        let kernel = match x.dtype {
            DType::I16 => "cast_i16_f32",
            DType::I32 => "cast_i32_f32",
            DType::I64 => "cast_i64_f32",
            other => return Err(no_kernel_for(other)),
        };
        let elements = x.shape.elements();
        let call = KernelCall {
            kernel,
            label: "Cast",
            shape_name: format!("Cast{}Of{elements}", x.dtype.name().to_uppercase()),
            note: String::new(),
            shape: vec![("ELEMENTS", elements.into())],
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: Vec::new(),
            overlap: vec![(0, Overlap::Sliding(Gaps::elementwise(elements, x.dtype.size(), 4)))],
        };
        // The same loop, with a wider operand and without the product.
        let work = Work::new("dequantize_s8", 100).with("element", elements);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
