//! The integer arithmetic of a node on 8-bit tensors: docs/arithmetic.md, ADD, SUB and MUL.

use tinyml_arith::add::Add;
use tinyml_arith::mul::Mul;
use tinyml_arith::{Quantization, onnx};

use super::Arithmetic;
use crate::ir::{DType, Fault, Quant, Reference, TensorType};
use crate::ops::common::quantised::{clamp_range, per_tensor};

/// The arithmetic with its constants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Quantised {
    /// TFLM's sum.
    Add(Add),
    /// TFLM's difference.
    Sub(Add),
    /// TFLM's product.
    Mul(Mul),
    /// ONNX Runtime's sum or difference.
    OnnxAdd(onnx::Add),
    /// ONNX Runtime's product.
    OnnxMul(onnx::Mul),
}

impl Quantised {
    /// The constants for i8 operands and result of these types.
    pub(super) fn derive(
        arithmetic: Arithmetic,
        [a, b]: [&TensorType; 2],
        output: &TensorType,
        clamp: [f32; 2],
        reference: Reference,
    ) -> Result<Quantised, Fault> {
        let quantisation = |ty: &TensorType, role: &str| {
            let (scale, zero_point) = per_tensor(ty, role)?;
            Ok::<_, Fault>(Quantization { scale, zero_point })
        };
        let clamp = clamp_range(clamp, output)?;
        let (a, b) = (quantisation(a, "first operand")?, quantisation(b, "second operand")?);
        let y = quantisation(output, "result")?;
        Ok(match (arithmetic, reference) {
            (Arithmetic::Add, Reference::Onnx) => Quantised::OnnxAdd(onnx::Add::derive(a, b, y, clamp)),
            (Arithmetic::Sub, Reference::Onnx) => Quantised::OnnxAdd(onnx::Add::derive_sub(a, b, y, clamp)),
            (Arithmetic::Mul, Reference::Onnx) => Quantised::OnnxMul(onnx::Mul::derive(a, b, y, clamp)),
            (Arithmetic::Add, _) => Quantised::Add(Add::derive(a, b, y, clamp)),
            (Arithmetic::Sub, _) => Quantised::Sub(Add::derive(a, b, y, clamp)),
            (Arithmetic::Mul, Reference::Litert) => Quantised::Mul(Mul::derive_litert(a, b, y, clamp)),
            (Arithmetic::Mul, Reference::Tflm) => Quantised::Mul(Mul::derive(a, b, y, clamp)),
        })
    }

    /// The result for two elements.
    pub(super) fn eval(&self, a: i8, b: i8) -> i8 {
        match self {
            Quantised::Add(constants) => constants.add(a, b),
            Quantised::Sub(constants) => constants.sub(a, b),
            Quantised::Mul(constants) => constants.mul(a, b),
            Quantised::OnnxAdd(constants) => constants.eval(a.into(), b.into()) as i8,
            Quantised::OnnxMul(constants) => constants.eval(a.into(), b.into()) as i8,
        }
    }
}

/// The i8 type that stands for the same real numbers as a u8 type when 128 is subtracted from the elements; other types as
/// they are. The arithmetic sees differences to zero points only, and an even shift keeps ties where they are.
pub(super) fn as_signed(ty: &TensorType) -> TensorType {
    match (ty.dtype, &ty.quant) {
        (DType::U8, Some(Quant::PerTensor { scale, zero_point })) => {
            TensorType::quantised(DType::I8, ty.shape.clone(), Quant::per_tensor(*scale, zero_point - 128))
        }
        _ => ty.clone(),
    }
}
