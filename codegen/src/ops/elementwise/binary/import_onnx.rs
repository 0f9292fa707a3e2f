//! How ONNX writes the operators: two operands, NumPy's broadcasting over the file's order of axes.

use super::Binary;
use crate::import::onnx::{Constant, Handle, Item, Layout, NodeImport};
use crate::ir::{DType, Fault, Operator, TensorId, Value};
use crate::ops::elementwise::mul::Mul;

/// Operands in the layout of their result.
type Operands = (Vec<Option<TensorId>>, Layout);

/// The operands of the last of a chain of `op` over all operands, the first two first; none if there is but one.
fn folded<B: Binary + Operator + Clone>(
    node: &mut NodeImport<'_>,
    op: &B,
) -> Result<Option<Operands>, Fault> {
    let items: Vec<Item> = (0..node.input_count()).map(|index| node.input(index)).collect::<Result<_, _>>()?;
    let Some((last, before)) = items.split_last() else { return Err("there are no operands".to_owned()) };
    let mut before = before.iter();
    let Some(mut result) = before.next().cloned() else { return Ok(None) };
    for (index, item) in before.enumerate() {
        let (tensors, layout) = node.broadcast(&[result, item.clone()])?;
        let inputs = tensors.into_iter().map(Some).collect();
        let tensor = node.step(&format!("of{}", index + 2), op.clone(), inputs)?;
        result = Item::Computed(Handle { tensor, layout });
    }
    let (tensors, layout) = node.broadcast(&[result, last.clone()])?;
    Ok(Some((tensors.into_iter().map(Some).collect(), layout)))
}

/// Imports an operator with as many operands as one likes as a chain of `op`.
pub fn chain<B: Binary + Operator + Clone>(node: &mut NodeImport<'_>, op: &B) -> Result<(), Fault> {
    match folded(node, op)? {
        Some((inputs, layout)) => node.emit(op.clone(), inputs, layout),
        None => node.forward(0),
    }
}

/// Imports the mean of all operands, `sum` being their sum.
pub fn mean<B: Binary + Operator + Clone>(node: &mut NodeImport<'_>, sum: &B) -> Result<(), Fault> {
    let Some((inputs, layout)) = folded(node, sum)? else { return node.forward(0) };
    let tensor = node.step("sum", sum.clone(), inputs)?;
    let count = node.input_count() as f32;
    let part = Value::f32([1], vec![count.recip()]).ok_or("the count is no number")?;
    let part = Constant::plain(&format!("{}/part", node.name()), part.into());
    let (tensors, layout) =
        node.broadcast(&[Item::Computed(Handle { tensor, layout }), Item::Constant(part)])?;
    node.emit(Mul::PLAIN, tensors.into_iter().map(Some).collect(), layout)
}

/// Imports an operator on truth values as `op`.
pub fn logic_onnx(node: &mut NodeImport<'_>, op: impl Operator) -> Result<(), Fault> {
    let x = node.input(0)?;
    match node.dtype(&x) {
        DType::Bool => import_onnx(node, op),
        other => Err(format!("works on truth values, not on {other}")),
    }
}

/// Imports an operator with two operands as `op`.
pub fn import_onnx(node: &mut NodeImport<'_>, op: impl Operator) -> Result<(), Fault> {
    let (a, b) = (node.input(0)?, node.input(1)?);
    let (tensors, layout) = node.broadcast(&[a, b])?;
    node.emit(op, tensors.into_iter().map(Some).collect(), layout)
}

/// Imports QLinearAdd or QLinearMul as `op`: each operand is followed by its scale and zero point, then come the result's.
pub fn import_onnx_quantised(node: &mut NodeImport<'_>, op: impl Operator) -> Result<(), Fault> {
    let (a, b) = (node.quantised(0, 1)?, node.quantised(3, 4)?);
    let (quant, _) = node.quant(6, 0, &[])?;
    let (tensors, layout) = node.broadcast(&[a, b])?;
    node.emit_with(op, tensors.into_iter().map(Some).collect(), layout, Some(quant))
}
