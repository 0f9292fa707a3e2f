//! The float graph becomes an integer graph: tensors get int8 types, constants their integers; operators without an integer form
//! are wrapped in conversions and stay in floating point.

use super::forms::Forms;
use super::range;
use super::share::Quants;
use super::weights::Parameters;
use crate::ir::interpret::evaluate;
use crate::ir::{DType, Fault, Graph, IntegerForm, Node, NodeId, Op, Tensor, TensorId, TensorType, Value};
use crate::ops::quantisation::dequantize::Dequantize;
use crate::ops::quantisation::quantize::Quantize;

/// Retypes the graph. Returns the nodes that stay in floating point, with the reason.
pub(super) fn retype(
    graph: &mut Graph,
    forms: &Forms,
    quants: &Quants,
    parameters: Parameters,
) -> Vec<(NodeId, &'static str)> {
    let nodes: Vec<(NodeId, IntegerForm, Node)> =
        graph.nodes().map(|(id, node)| (id, forms.get(id), node.clone())).collect();
    retype_states(graph, quants);
    for (&id, quant) in quants {
        if !graph.tensor(id).is_constant() {
            let ty = &mut graph.tensor_mut(id).ty;
            ty.dtype = DType::I8;
            ty.quant = Some(quant.clone());
        }
    }
    for ((node, index), (value, quant)) in parameters {
        let name = match graph.node(node).input(index) {
            Some(old) => graph.tensor(old).name.clone(),
            None => format!("{}/bias", graph.node(node).name),
        };
        let constant = graph.add_tensor(Tensor::constant(name, value, Some(quant)));
        set_input(graph, node, index, constant);
    }
    let mut floating = Vec::new();
    for (id, form, original) in nodes {
        let reason = match form {
            IntegerForm::None => "it has no integer form",
            _ if trial(graph, graph.node(id)).is_err() => "its integer form cannot work with these scales",
            _ => continue,
        };
        // Its constants are again what they were.
        graph.node_mut(id).inputs = original.inputs;
        keep_in_float(graph, id, quants);
        floating.push((id, reason));
    }
    floating
}

/// Puts an operand at an index that may be behind the last (bias correction makes a bias where there was none).
fn set_input(graph: &mut Graph, node: NodeId, index: usize, operand: TensorId) {
    let inputs = &mut graph.node_mut(node).inputs;
    if inputs.len() <= index {
        inputs.resize(index + 1, None);
    }
    if let Some(input) = inputs.get_mut(index) {
        *input = Some(operand);
    }
}

/// What states begin with; zero, where nothing else is said, need not be the integer 0.
fn retype_states(graph: &mut Graph, quants: &Quants) {
    let mut states = std::mem::take(&mut graph.states);
    for state in &mut states {
        let Some(quant) = quants.get(&state.read) else { continue };
        let zeros = || Value::zeros(DType::F32, graph.ty(state.read).shape.clone());
        let initial = state.initial.take().unwrap_or_else(zeros);
        state.initial = match initial.as_f32() {
            Some(reals) => Value::i8(initial.shape().clone(), range::to_int8(reals, quant)),
            None => Some(initial),
        };
    }
    graph.states = states;
}

/// Whether the integer form can work with the scales that were chosen: it is tried on zeros.
fn trial(graph: &Graph, node: &Node) -> Result<(), Fault> {
    let inputs: Vec<_> = node.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
    let outputs: Vec<_> = node.outputs.iter().map(|&id| graph.tensor(id)).collect();
    let mut faults = Vec::new();
    node.op.check(&inputs, &outputs, &mut faults);
    if let Some(fault) = faults.pop() {
        return Err(fault);
    }
    let fed = node.operands().filter(|&operand| !graph.tensor(operand).is_constant());
    let zeros: Vec<(TensorId, Value)> =
        fed.map(|id| (id, Value::zeros(graph.ty(id).dtype, graph.ty(id).shape.clone()))).collect();
    let zero = |id: TensorId| zeros.iter().find(|(own, _)| *own == id).map(|(_, value)| value);
    evaluate(graph, node, |id| zero(id).or_else(|| graph.constant(id)))
        .map(|_| ())
        .map_err(|fault| fault.message)
}

/// Converts the node's int8 operands to f32 before it and its f32 results to int8 behind it.
fn keep_in_float(graph: &mut Graph, id: NodeId, quants: &Quants) {
    let node = graph.node(id).clone();
    let real = |graph: &mut Graph, tensor: TensorId| {
        let (name, shape) = (format!("{}/f32", graph.tensor(tensor).name), graph.ty(tensor).shape.clone());
        graph.add_tensor(Tensor::new(name, TensorType::new(DType::F32, shape)))
    };
    let conversion = |op: Op, from: TensorId, to: TensorId| Node {
        name: node.name.clone(),
        op,
        inputs: vec![Some(from)],
        outputs: vec![to],
    };
    let quantised = |graph: &Graph, id: TensorId| quants.contains_key(&id) && !graph.tensor(id).is_constant();
    for (index, &operand) in node.inputs.iter().enumerate() {
        let Some(operand) = operand.filter(|&operand| quantised(graph, operand)) else { continue };
        let float = real(graph, operand);
        graph.insert_before(id, conversion(Op::new(Dequantize {}), operand, float));
        set_input(graph, id, index, float);
    }
    for (index, &result) in node.outputs.iter().enumerate() {
        if !quantised(graph, result) {
            continue;
        }
        let float = real(graph, result);
        graph.insert_after(id, conversion(Op::new(Quantize { to: DType::I8 }), float, result));
        if let Some(output) = graph.node_mut(id).outputs.get_mut(index) {
            *output = float;
        }
    }
}
