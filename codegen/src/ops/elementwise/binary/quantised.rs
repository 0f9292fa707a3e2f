//! The integer arithmetic of a node on quantised 8-bit tensors: docs/arithmetic.md, ADD, SUB, MUL, DIV and so on.

use tinyml_arith::add::Add;
use tinyml_arith::binary::BinaryFunction;
use tinyml_arith::compare::Compare;
use tinyml_arith::mul::Mul;
use tinyml_arith::prelu::Prelu;
use tinyml_arith::quotient::Div;
use tinyml_arith::squared_difference::SquaredDifference;
use tinyml_arith::{Quantization, onnx};

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
    /// TFLM's quotient.
    Div(Div),
    /// TFLM's squared difference.
    SquaredDifference(SquaredDifference),
    /// TFLM's PReLU.
    Prelu(Prelu),
    /// The larger or smaller byte.
    Selection(BinaryFunction),
    /// A comparison, as TFLM carries it out.
    Compare(BinaryFunction, Compare),
}

/// Whether the function has integer arithmetic on quantised tensors.
pub(super) fn has_form(function: BinaryFunction) -> bool {
    use BinaryFunction::*;
    function.is_comparison() || matches!(function, Add | Sub | Mul | Div | Maximum | Minimum | SquaredDifference | Prelu)
}

impl Quantised {
    /// The constants for i8 operands and result of these types.
    pub(super) fn derive(
        function: BinaryFunction,
        [a, b]: [&TensorType; 2],
        output: &TensorType,
        clamp: [f32; 2],
        reference: Reference,
    ) -> Result<Quantised, Fault> {
        let quantisation = |ty: &TensorType, role: &str| {
            let (scale, zero_point) = per_tensor(ty, role)?;
            Ok::<_, Fault>(Quantization { scale, zero_point })
        };
        let (a, b) = (quantisation(a, "first operand")?, quantisation(b, "second operand")?);
        if function.is_comparison() {
            return Ok(Quantised::Compare(function, Compare::derive(a, b)));
        }
        let clamp = clamp_range(clamp, output)?;
        let y = quantisation(output, "result")?;
        Ok(match (function, reference) {
            (BinaryFunction::Add, Reference::Onnx) => Quantised::OnnxAdd(onnx::Add::derive(a, b, y, clamp)),
            (BinaryFunction::Sub, Reference::Onnx) => Quantised::OnnxAdd(onnx::Add::derive_sub(a, b, y, clamp)),
            (BinaryFunction::Mul, Reference::Onnx) => Quantised::OnnxMul(onnx::Mul::derive(a, b, y, clamp)),
            (BinaryFunction::Add, _) => Quantised::Add(Add::derive(a, b, y, clamp)),
            (BinaryFunction::Sub, _) => Quantised::Sub(Add::derive(a, b, y, clamp)),
            (BinaryFunction::Mul, Reference::Litert) => Quantised::Mul(Mul::derive_litert(a, b, y, clamp)),
            (BinaryFunction::Mul, Reference::Tflm) => Quantised::Mul(Mul::derive(a, b, y, clamp)),
            (BinaryFunction::Div, _) => Quantised::Div(Div::derive(a, b, y, clamp)),
            (BinaryFunction::SquaredDifference, _) => {
                Quantised::SquaredDifference(SquaredDifference::derive(a, b, y, clamp))
            }
            (BinaryFunction::Prelu, _) => Quantised::Prelu(Prelu::derive(a, b, y, clamp)),
            (BinaryFunction::Maximum | BinaryFunction::Minimum, _) => Quantised::Selection(function),
            _ => return Err("has no arithmetic for quantised tensors".to_owned()),
        })
    }

    /// The result for two elements; of a comparison 1 or 0.
    pub(super) fn eval(&self, a: i8, b: i8) -> i8 {
        match self {
            Quantised::Add(constants) => constants.add(a, b),
            Quantised::Sub(constants) => constants.sub(a, b),
            Quantised::Mul(constants) => constants.mul(a, b),
            Quantised::OnnxAdd(constants) => constants.eval(a.into(), b.into()) as i8,
            Quantised::OnnxMul(constants) => constants.eval(a.into(), b.into()) as i8,
            Quantised::Div(constants) => constants.div(a, b),
            Quantised::SquaredDifference(constants) => constants.eval(a, b),
            Quantised::Prelu(constants) => constants.eval(a, b),
            Quantised::Selection(function) => function.apply_i8(a, b),
            Quantised::Compare(function, constants) => constants.holds(*function, a, b).into(),
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
