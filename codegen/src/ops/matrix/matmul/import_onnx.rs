//! How ONNX writes products of matrices that are no layers: MatMul and Gemm of two computed factors, and of batches of constants.

use super::Matmul;
use crate::import::onnx::{Item, Layout, NodeImport};
use crate::ir::{Fault, Quant, TensorId};

/// The product of two factors as NumPy's `matmul` has it: a vector is a row in front and a column behind, and has no axis in the result.
pub fn product(node: &mut NodeImport<'_>, factors: [Item; 2], quant: Option<Quant>) -> Result<(), Fault> {
    let [a, b] = &factors;
    let (row, column) = (node.file_dims(a).len() == 1, node.file_dims(b).len() == 1);
    let (left, right) = (matrices(node, a, true)?, matrices(node, b, false)?);
    let (op, inputs) = (Matmul { transpose_a: false, transpose_b: false }, vec![Some(left), Some(right)]);
    if !row && !column {
        let rank = node.tensor(left).ty.shape.rank().max(node.tensor(right).ty.shape.rank());
        return node.emit_with(op, inputs, Layout::plain(rank), quant);
    }
    let product = node.step_with("product", op, inputs, quant)?;
    let mut dims = node.tensor(product).ty.shape.0.clone();
    if column {
        dims.pop();
    }
    if row {
        dims.remove(dims.len() - if column { 1 } else { 2 });
    }
    let rank = dims.len();
    let tensor = node.view(product, dims)?;
    node.bind(Item::Computed(crate::import::onnx::Handle { tensor, layout: Layout::plain(rank) }));
    Ok(())
}

/// A factor in the file's order of axes, with at least two of them.
fn matrices(node: &mut NodeImport<'_>, item: &Item, is_first: bool) -> Result<TensorId, Fault> {
    let dims = node.file_dims(item);
    let tensor = node.lay(item, &Layout::plain(dims.len()))?;
    match dims[..] {
        [length] => node.view(tensor, if is_first { vec![1, length] } else { vec![length, 1] }),
        _ => Ok(tensor),
    }
}
