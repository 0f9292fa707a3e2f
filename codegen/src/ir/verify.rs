//! The verifier: all faults of a graph, each with its place. Every pass ends here.

use std::collections::HashSet;

use super::entities::TensorId;
use super::graph::{Graph, Node, State};
use super::quant::Quant;
use super::tensor::{DType, Tensor};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};

/// Checks that
/// - every operand is an input, a state, a constant or the result of an earlier node, and every tensor is computed once;
/// - results have the element type and shape that the operator infers;
/// - quantisations fit their tensors: axis in range, one scale per channel, scales positive and finite, zero points in
///   the range of the element type, floats not quantised (a constant's scale may be 0: a channel without effect);
/// - states are computed, and begin with a value of their type;
/// - what each operator asks of its operands holds.
pub fn verify(graph: &Graph) -> Result<(), Diagnostics> {
    let mut faults = Diagnostics::default();
    verify_ids(graph, &mut faults);
    if faults.has_errors() {
        // Without its tensors nothing else can be said about a graph.
        return Err(faults);
    }
    let mut known: HashSet<TensorId> = HashSet::new();
    for id in graph.tensor_ids().filter(|&id| graph.tensor(id).is_constant()) {
        known.insert(id);
    }
    for id in graph.inputs.iter().map(|port| port.tensor).chain(graph.states.iter().map(|state| state.read)) {
        if !known.insert(id) {
            faults.push(at_tensor(graph, id, format!("{id} is defined twice, once as an input or state")));
        }
        verify_tensor(graph, id, &mut faults);
    }
    for (id, node) in graph.nodes() {
        for operand in node.operands() {
            if !known.contains(&operand) {
                faults.push(at_node(graph, node, format!("{id} reads {operand} before it is computed")));
            }
            if graph.tensor(operand).is_constant() {
                verify_tensor(graph, operand, &mut faults);
            }
        }
        for &result in &node.outputs {
            if !known.insert(result) {
                faults.push(at_node(graph, node, format!("{result} is defined twice")));
            }
            verify_tensor(graph, result, &mut faults);
        }
        verify_node(graph, node, &mut faults);
    }
    for port in &graph.outputs {
        if !known.contains(&port.tensor) {
            faults.push(at_tensor(
                graph,
                port.tensor,
                format!("the output {} is never computed", port.tensor),
            ));
        }
        if graph.tensor(port.tensor).is_constant() {
            verify_tensor(graph, port.tensor, &mut faults);
        }
    }
    for state in &graph.states {
        verify_state(graph, state, known.contains(&state.write), &mut faults);
    }
    faults.into_result(())
}

/// Every id must be one of the graph's.
fn verify_ids(graph: &Graph, faults: &mut Diagnostics) {
    let exists = |id: TensorId| id.index() < graph.tensor_count();
    for (id, node) in graph.nodes() {
        for operand in node.operands().filter(|&id| !exists(id)) {
            faults.push(at_node(graph, node, format!("{id} reads {operand}, which does not exist")));
        }
        for &result in node.outputs.iter().filter(|&&id| !exists(id)) {
            faults.push(at_node(graph, node, format!("{id} computes {result}, which does not exist")));
        }
    }
    let ports = graph.inputs.iter().chain(&graph.outputs).map(|port| port.tensor);
    let states = graph.states.iter().flat_map(|state| [state.read, state.write]);
    for id in ports.chain(states).filter(|&id| !exists(id)) {
        faults.push(Diagnostic::error(format!("{id} is an input, output or state, but does not exist")));
    }
}

fn verify_state(graph: &Graph, state: &State, computed: bool, faults: &mut Diagnostics) {
    let (read, write) = (graph.ty(state.read), graph.ty(state.write));
    let mut fault = |message: String| faults.push(at_tensor(graph, state.read, message));
    if !computed {
        fault(format!("the state's next value {} is never computed", state.write));
    }
    if read != write {
        fault(format!("the state is read as {read} but written as {write}"));
    }
    if let Some(initial) = &state.initial
        && (initial.dtype() != read.dtype || initial.shape() != &read.shape)
    {
        fault(format!("the state is {read} but begins with {}{}", initial.dtype(), initial.shape()));
    }
}

fn at_node(graph: &Graph, node: &Node, message: String) -> Diagnostic {
    Diagnostic::error(message).at(graph.place(node))
}

fn at_tensor(graph: &Graph, id: TensorId, message: String) -> Diagnostic {
    Diagnostic::error(message).at(Place::tensor(&graph.tensor(id).name))
}

fn verify_node(graph: &Graph, node: &Node, faults: &mut Diagnostics) {
    let inputs: Vec<Option<&Tensor>> = node.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
    let outputs: Vec<&Tensor> = node.outputs.iter().map(|&id| graph.tensor(id)).collect();
    match node.op.infer(&inputs) {
        Ok(types) => {
            if types.len() != outputs.len() {
                let message = format!("computes {} results, but {} are declared", types.len(), outputs.len());
                faults.push(at_node(graph, node, message));
            }
            for (inferred, output) in types.iter().zip(&outputs) {
                let declared = &output.ty;
                if inferred.dtype != declared.dtype || inferred.shape != declared.shape {
                    let found = format!("{}{}", declared.dtype, declared.shape);
                    let message = format!(
                        "the result is {}{}, but is declared {found}",
                        inferred.dtype, inferred.shape
                    );
                    faults.push(at_node(graph, node, message));
                }
            }
            let mut own = Vec::new();
            node.op.check(&inputs, &outputs, &mut own);
            own.into_iter().for_each(|fault| faults.push(at_node(graph, node, fault)));
        }
        Err(fault) => faults.push(at_node(graph, node, fault)),
    }
}

fn verify_tensor(graph: &Graph, id: TensorId, faults: &mut Diagnostics) {
    let tensor = graph.tensor(id);
    let mut fault = |message: String| faults.push(at_tensor(graph, id, message));
    if let Some(value) = &tensor.data
        && (value.dtype() != tensor.ty.dtype || value.shape() != &tensor.ty.shape)
    {
        fault(format!("{id} is declared {} but holds {}{}", tensor.ty, value.dtype(), value.shape()));
    }
    let Some(quant) = &tensor.ty.quant else { return };
    let Some((low, high)) = tensor.ty.dtype.integer_range().filter(|_| tensor.ty.dtype != DType::Bool) else {
        fault(format!("{id} is {} and cannot be quantised", tensor.ty.dtype));
        return;
    };
    let channels = match quant {
        Quant::PerTensor { .. } => 1,
        Quant::PerAxis { axis, scales, zero_points } => {
            let extent = tensor.ty.shape.dims().get(*axis).copied();
            if extent != Some(scales.len()) || scales.len() != zero_points.len() {
                fault(format!("{id} has {} scales along axis {axis} of {}", scales.len(), tensor.ty.shape));
                return;
            }
            scales.len()
        }
    };
    for channel in 0..channels {
        let (scale, zero_point) = (quant.scale(channel), quant.zero_point(channel));
        // A channel of weights that are all zero may have the scale 0.
        let dead = scale == 0.0 && tensor.is_constant();
        if !(dead || (scale > 0.0 && scale.is_finite())) {
            fault(format!(
                "{id} has the scale {scale:?} at channel {channel}; scales are positive and finite"
            ));
            return;
        }
        if i64::from(zero_point) < low || i64::from(zero_point) > high {
            fault(format!("{id} has the zero point {zero_point}, outside {low}..={high}"));
            return;
        }
    }
}

#[cfg(test)]
mod test;
