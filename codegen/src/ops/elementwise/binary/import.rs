//! How TFLite writes the operators: two operands, of some a fused activation.

use tinyml_arith::binary::BinaryFunction;

use super::Binary;
use crate::import::tflite::NodeImport;
use crate::import::tflite::options::ArithmeticOptions;
use crate::ir::{DType, Fault, Operator, TensorId};

/// Clamp and operands of ADD, SUB, MUL or DIV.
pub fn read_tflite(node: &NodeImport<'_>) -> Result<([f32; 2], Vec<Option<TensorId>>), Fault> {
    let options = node.options(ArithmeticOptions::read)?;
    Ok((options.activation.clamp()?, vec![Some(node.input(0)?), Some(node.input(1)?)]))
}

/// Imports an operator without options as `op`.
pub fn import_tflite<B: Binary + Operator>(node: &mut NodeImport<'_>, op: B) -> Result<(), Fault> {
    let (a, b) = (node.input(0)?, node.input(1)?);
    let types = [a, b].map(|id| node.tensor(id).ty.clone());
    if B::FUNCTION.is_comparison() && types.iter().any(|ty| ty.per_tensor().is_some_and(|(scale, _)| scale >= 1.0)) {
        return Err(node.refuse(
            "compares quantised numbers of a scale of 1 or more, which the reference does not",
            "quantise the operands more finely, or compare floats",
        ));
    }
    let selects = matches!(B::FUNCTION, BinaryFunction::Maximum | BinaryFunction::Minimum);
    if selects && types[0].dtype == DType::I8 {
        let output = node.output(0)?;
        if types[0].quant != types[1].quant || types[0].quant != node.tensor(output).ty.quant {
            return Err(node.refuse(
                "selects between int8 tensors of different quantisations, whose bytes the reference compares as they are",
                "give operands and result one scale and zero point",
            ));
        }
    }
    node.emit(op, vec![Some(a), Some(b)])
}
