//! How the file formats write concatenations.

#[cfg(feature = "tflite")]
pub(super) use tflite_format::{pack, tflite};

#[cfg(feature = "tflite")]
mod tflite_format {
    use super::super::Concat;
    use crate::import::tflite::NodeImport;
    use crate::import::tflite::options::{Activation, ConcatenationOptions, PackOptions};
    use crate::ir::{Fault, Shape, TensorType};
    use crate::ops::common::axes::resolve;
    use crate::ops::movement::reshape::Reshape;

    /// CONCATENATION. As TFLM and LiteRT, refuses a fused activation and operands with another quantisation than the result.
    pub(in crate::ops::movement::concat) fn tflite(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let options = node.options(ConcatenationOptions::read)?;
        if options.activation != Activation::None {
            return Err(format!(
                "has a fused {:?}, which the reference does not support either",
                options.activation
            ));
        }
        let output = node.output(0)?;
        let axis = resolve(options.axis.into(), node.tensor(output).ty.shape.rank())?;
        for index in 0..node.input_count() {
            let (operand, result) = (node.tensor(node.input(index)?), node.tensor(output));
            if operand.ty.quant != result.ty.quant {
                return Err(format!(
                    "the operand `{}` has another quantisation ({}) than the result ({}), which the reference refuses; \
                     convert the model again",
                    operand.name, operand.ty, result.ty
                ));
            }
        }
        let inputs = node.inputs();
        node.emit(Concat { axis }, inputs)
    }

    /// PACK: the operands one behind the other along an axis of their own.
    pub(in crate::ops::movement::concat) fn pack(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let output = node.output(0)?;
        let result = node.tensor(output).ty.clone();
        let axis = resolve(node.options(PackOptions::read)?.axis.into(), result.shape.rank())?;
        let mut rows = Vec::new();
        for index in 0..node.input_count() {
            let operand = node.input(index)?;
            let own = node.tensor(operand).ty.clone();
            let mut shape = own.shape.0.clone();
            if axis > shape.len() || own.quant != result.quant {
                return Err(format!("packs {own} into {result} along axis {axis}, which the reference refuses, too"));
            }
            shape.insert(axis, 1);
            let row = node.intermediate(&format!("row{index}"), TensorType { shape: Shape(shape.clone()), ..own });
            node.emit_to(Reshape { shape }, vec![Some(operand)], vec![row]);
            rows.push(Some(row));
        }
        node.emit(Concat { axis }, rows)
    }
}
