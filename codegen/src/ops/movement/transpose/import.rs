//! How the file formats write transpositions.

#[cfg(feature = "tflite")]
pub(super) use tflite_format::tflite;

#[cfg(feature = "tflite")]
mod tflite_format {
    use super::super::Transpose;
    use crate::import::tflite::NodeImport;
    use crate::ir::Fault;
    use crate::ops::common::axes::resolve;

    /// TRANSPOSE: the permutation is a constant operand.
    pub(in crate::ops::movement::transpose) fn tflite(node: &mut NodeImport<'_>) -> Result<(), Fault> {
        let operand = node.input(0)?;
        let rank = node.tensor(operand).ty.shape.rank();
        let perm = node.integers(1)?.into_iter().map(|axis| resolve(axis, rank)).collect::<Result<_, _>>()?;
        node.emit(Transpose { perm }, vec![Some(operand)])
    }
}
