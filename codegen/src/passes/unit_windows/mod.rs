//! A pool whose windows are single elements, and a mean over axes of extent 1, compute each element of the result from one of the
//! operand: on i8 they become a `table`, which `tabulate` joins to others or removes, under the shape of the result.
//!
//! Not in floating point, where a mean of one number is not the number: -0.0 becomes 0.0.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::attributes::Attributes;
use crate::ir::{DType, Evaluation, Graph, Node, NodeId, Op, Shape, Tensor, TensorId, TensorType, Value};
use crate::ops::elementwise::table::Table;
use crate::ops::movement::reshape::Reshape;
use crate::ops::pooling::average_pool2d::AveragePool2d;
use crate::ops::pooling::max_pool2d::MaxPool2d;
use crate::ops::reduction::mean::Mean;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "unit_windows", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    for id in graph.order().to_vec() {
        replace(graph, id);
    }
    Ok(())
}

/// Whether each element of the result is one of the operand's, alone, in the same order.
fn is_elementwise(op: &Op, x: &TensorType) -> bool {
    let single = |kernel, stride, padding| kernel == [1, 1] && stride == [1, 1] && padding == [0; 4];
    if let Some(pool) = op.downcast::<MaxPool2d>() {
        single(pool.kernel, pool.stride, pool.padding)
    } else if let Some(pool) = op.downcast::<AveragePool2d>() {
        single(pool.kernel, pool.stride, pool.padding)
    } else if let Some(mean) = op.downcast::<Mean>() {
        mean.axes.iter().all(|&axis| x.shape.dims().get(axis) == Some(&1))
    } else {
        false
    }
}

fn replace(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    let (&[Some(x)], &[output]) = (node.inputs.as_slice(), node.outputs.as_slice()) else { return None };
    let (x_ty, output_ty) = (graph.ty(x).clone(), graph.ty(output).clone());
    if x_ty.dtype != DType::I8 || output_ty.dtype != DType::I8 || !is_elementwise(&node.op, &x_ty) {
        return None;
    }
    let values = values(graph, node, &x_ty, &output_ty)?;
    let name = node.name.clone();
    let table = graph.add_tensor(Tensor::constant(format!("{name}/table"), values, None));
    let ty = TensorType { shape: x_ty.shape.clone(), ..output_ty.clone() };
    let reshapes = ty.shape != output_ty.shape;
    let result: TensorId = match reshapes {
        true => graph.add_tensor(Tensor::new(graph.tensor(output).name.clone(), ty)),
        false => output,
    };
    let node = graph.node_mut(id);
    node.op = Table::parse(&Attributes::default()).ok()?;
    node.inputs = vec![Some(x), Some(table)];
    node.outputs = vec![result];
    if reshapes {
        let op = Op::new(Reshape { shape: output_ty.shape.0 });
        let name = format!("{name}/shape");
        graph.insert_after(id, Node { name, op, inputs: vec![Some(result)], outputs: vec![output] });
    }
    Some(())
}

/// The result for each element, in the order of the bit pattern: the operator on a tensor of one element.
fn values(graph: &Graph, node: &Node, x: &TensorType, output: &TensorType) -> Option<Value> {
    let single = |ty: &TensorType| TensorType { shape: Shape(vec![1; ty.shape.rank()]), ..ty.clone() };
    let (operand, output) = (Tensor::new("", single(x)), single(output));
    let result = |bits: u8| -> Option<i8> {
        let value = Value::i8(operand.ty.shape.clone(), vec![bits as i8])?;
        let inputs = [Some((&operand, &value))];
        let call = Evaluation { inputs: &inputs, outputs: &[&output], reference: graph.reference };
        node.op.evaluate(&call).ok()?.first()?.as_i8()?.first().copied()
    };
    Value::i8([256], (0..=u8::MAX).map(result).collect::<Option<Vec<i8>>>()?)
}
