//! How TFLite writes products of matrices.

use super::Matmul;
use crate::import::tflite::NodeImport;
use crate::import::tflite::options::BatchMatMulOptions;
use crate::ir::Fault;

/// BATCH_MATMUL: two factors, each of which may be transposed.
pub(super) fn batch_matmul(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let options = node.options(BatchMatMulOptions::read)?;
    let (a, b) = (node.input(0)?, node.input(1)?);
    node.emit(Matmul { transpose_a: options.adj_x, transpose_b: options.adj_y }, vec![Some(a), Some(b)])
}
