//! How the file formats write reshapes.

#[cfg(feature = "tflite")]
pub(super) use tflite_format::tflite;

#[cfg(feature = "tflite")]
mod tflite_format {
    use super::super::Reshape;
    use crate::import::tflite::NodeImport;
    use crate::ir::Fault;

    /// RESHAPE, SQUEEZE and EXPAND_DIMS. The shape that the file declares for the result is what they come to; -1, the axes
    /// to drop or to add and the two ways to give a new shape need no reading.
    pub(in crate::ops::movement::reshape) fn tflite(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let (operand, output) = (node.input(0)?, node.output(0)?);
        let shape = node.tensor(output).ty.shape.0.clone();
        node.emit(Reshape { shape }, vec![Some(operand)])
    }
}
