//! Integers to real numbers.

#[cfg(feature = "onnx")]
mod import_onnx;
#[cfg(test)]
mod test;

use crate::ops::elementwise::unary::quantisation;
use crate::cost::Work;
use crate::ir::attributes::attributes;
use crate::ir::{
    Attributes, DType, Descriptor, Evaluation, Fault, IntegerForm, Operands, Operator, Tensor, TensorType,
    Value,
};
use crate::kernel::{Gaps, KernelCall, KernelChoice, Lowering, Operand, Overlap, no_kernel_for};

attributes! {
    /// `x = scale · (q − zero_point)`, in f32.
    pub struct Dequantize {}
}

/// The operator table's entry.
pub static DESCRIPTOR: Descriptor = Descriptor {
    name: "dequantize",
    parse: Dequantize::parse,
    #[cfg(feature = "tflite")]
    tflite: &[("DEQUANTIZE", |node| crate::ops::elementwise::unary::tflite_import(node, Dequantize {}))],
    #[cfg(feature = "onnx")]
    onnx: import_onnx::OPERATORS,
};

impl Operator for Dequantize {
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
        match x.ty.dtype {
            DType::F32 | DType::Bool => Err(format!("the operand is {}, which is not quantised", x.ty.dtype)),
            _ => Ok(vec![TensorType::new(DType::F32, x.ty.shape.clone())]),
        }
    }

    fn check(&self, inputs: &Operands<'_>, _outputs: &[&Tensor], faults: &mut Vec<Fault>) {
        for x in inputs.iter().flatten().filter(|x| x.ty.quant.is_none()) {
            faults.push(format!("the operand `{}` has no scale", x.name));
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        let (ty, x) = call.input(0)?;
        let quant = ty.quant.as_ref().ok_or("the operand is not quantised")?;
        let result = Value::f32(call.output()?.shape.clone(), x.dequantise(Some(quant)));
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
        if x.dtype != DType::I8 {
            return Err(no_kernel_for(x.dtype));
        }
        let from = quantisation(x, "operand")?;
        let elements = x.shape.elements();
        let call = KernelCall {
            kernel: "dequantize_s8",
            label: "Dequantize",
            shape_name: format!("DequantizeOf{elements}"),
            note: String::new(),
            shape: vec![("ELEMENTS", elements.into())],
            operands: vec![("INPUT", Operand::input(0)), ("OUTPUT", Operand::output(0))],
            params: vec![("scale", from.scale.into()), ("zero_point", from.zero_point.into())],
            overlap: vec![(0, Overlap::Sliding(Gaps::elementwise(elements, 1, 4)))],
        };
        let work = Work::new("dequantize_s8", 100).with("element", elements);
        Ok(KernelChoice::new(lowering.core, [(call, work)]))
    }
}
