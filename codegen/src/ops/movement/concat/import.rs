//! How the file formats write concatenations.

#[cfg(feature = "tflite")]
pub(super) use tflite_format::tflite;

#[cfg(feature = "tflite")]
mod tflite_format {
    use super::super::Concat;
    use crate::import::tflite::NodeImport;
    use crate::import::tflite::options::{Activation, ConcatenationOptions};
    use crate::ir::Fault;
    use crate::ops::common::axes::resolve;

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
}
