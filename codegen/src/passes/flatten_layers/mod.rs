//! Gives int8 layers the form that says most of them.
//!
//! - A convolution whose kernel is the whole image is a fully connected layer: there is one place to put it, and no window to move.
//! - A fully connected layer on several rows is a convolution with a kernel of one pixel: its weights serve all rows.
//!
//! The arithmetic must be the same, which it is not under LiteRT's reference, whose fully connected layers round once.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{DType, Graph, Node, NodeId, Op, Reference, Shape, Tensor, TensorId, TensorType};
use crate::ops::convolution::conv2d::Conv2d;
use crate::ops::matrix::fully_connected::FullyConnected;
use crate::ops::movement::reshape::Reshape;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "flatten_layers", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    if graph.reference == Reference::Litert {
        return Ok(());
    }
    for id in graph.order().to_vec() {
        let rewritten = to_fully_connected(graph, id);
        if rewritten.is_none() {
            to_pointwise(graph, id);
        }
    }
    Ok(())
}

fn to_fully_connected(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    let conv = node.op.downcast::<Conv2d>()?;
    let (image, weights, output) = (node.input(0)?, node.input(1)?, *node.outputs.first()?);
    let &[1, height, width, _] = graph.ty(image).shape.dims() else { return None };
    let value = graph.constant(weights)?;
    let &[outputs, k_h, k_w, inputs] = value.shape().dims() else { return None };
    let whole = [height, width] == [k_h, k_w] && conv.padding == [0; 4] && conv.groups == 1;
    // Taps side by side.
    let dense = (k_h == 1 || conv.dilation[0] == 1) && (k_w == 1 || conv.dilation[1] == 1);
    if !whole || !dense || value.as_i8().is_none() || graph.ty(image).dtype != DType::I8 {
        return None;
    }
    let op = Op::new(FullyConnected { clamp: conv.clamp, keep_dims: false });
    let weights = reshaped(graph, weights, [outputs, k_h * k_w * inputs])?;
    replace(graph, id, op, image, weights, [1, outputs].into(), output);
    Some(())
}

fn to_pointwise(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    let layer = node.op.downcast::<FullyConnected>()?;
    let (x, weights, output) = (node.input(0)?, node.input(1)?, *node.outputs.first()?);
    let value = graph.constant(weights)?;
    let &[outputs, inputs] = value.shape().dims() else { return None };
    let rows = graph.ty(x).shape.elements().checked_div(inputs)?;
    if rows < 2 || value.as_i8().is_none() || graph.ty(x).dtype != DType::I8 {
        return None;
    }
    let op =
        Op::new(Conv2d { stride: [1, 1], padding: [0; 4], dilation: [1, 1], groups: 1, clamp: layer.clamp });
    let weights = reshaped(graph, weights, [outputs, 1, 1, inputs])?;
    let tensor = graph.tensor(x);
    let shape = vec![1, 1, rows, inputs];
    let ty = TensorType { shape: Shape(shape.clone()), ..tensor.ty.clone() };
    let name = format!("{}/rows", graph.node(id).name);
    let image = graph.add_tensor(Tensor::new(name.clone(), ty));
    let view = Node { name, op: Op::new(Reshape { shape }), inputs: vec![Some(x)], outputs: vec![image] };
    graph.insert_before(id, view);
    replace(graph, id, op, image, weights, [1, 1, rows, outputs].into(), output);
    Some(())
}

/// The same weights under another shape; the output channels stay axis 0.
fn reshaped<const N: usize>(graph: &mut Graph, weights: TensorId, shape: [usize; N]) -> Option<TensorId> {
    let tensor = graph.tensor(weights);
    let value = tensor.data.as_deref()?.reshaped(shape)?;
    let tensor = Tensor::constant(tensor.name.clone(), value, tensor.ty.quant.clone());
    Some(graph.add_tensor(tensor))
}

/// Lets the node compute a result of `shape`, and a view of it be `output`.
fn replace(
    graph: &mut Graph,
    id: NodeId,
    op: Op,
    operand: TensorId,
    weights: TensorId,
    shape: Shape,
    output: TensorId,
) {
    let tensor = graph.tensor(output);
    let ty = TensorType { shape, ..tensor.ty.clone() };
    let viewed = tensor.ty.shape.0.clone();
    let result = Tensor::new(tensor.name.clone(), ty);
    let result = graph.add_tensor(result);
    let node = graph.node_mut(id);
    node.op = op;
    node.inputs[0] = Some(operand);
    node.inputs[1] = Some(weights);
    node.outputs = vec![result];
    let name = format!("{}/shape", node.name);
    let view = Reshape { shape: viewed };
    graph.insert_after(
        id,
        Node { name, op: Op::new(view), inputs: vec![Some(result)], outputs: vec![output] },
    );
}
