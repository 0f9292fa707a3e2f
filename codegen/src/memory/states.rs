//! How the next value of a state comes to where the next inference reads it.
//!
//! Most kernels can compute it there (`liveness`). Where one cannot, or where the value is needed otherwise, a node at the end of the graph
//! puts it there.

use super::liveness::{self, Obstacle};
use crate::ir::{Graph, Node, Op, Tensor, TensorId};
use crate::kernel::KernelChoice;
use crate::ops::state::store::Store;

/// Appends a copy for the first thing that is in the way of computing every state's next value where its present one is; whether there was one.
/// To be called, with the kernels chosen anew, until there is none.
pub(crate) fn store(graph: &mut Graph, choices: &[Option<KernelChoice>]) -> bool {
    match liveness::obstacle(graph, choices) {
        Some(Obstacle::Output(position)) => {
            graph.outputs[position].tensor = copy(graph, graph.outputs[position].tensor, "");
        }
        // The copy is last, so that nobody reads the old value any more.
        Some(Obstacle::State(number)) => {
            graph.states[number].write = copy(graph, graph.states[number].write, ".next");
        }
        None => return false,
    }
    true
}

/// A copy of a tensor at the end of the graph. That of an output keeps its name, which the caller knows.
fn copy(graph: &mut Graph, tensor: TensorId, suffix: &str) -> TensorId {
    let old = graph.tensor(tensor);
    let name = format!("{}{suffix}", old.name);
    let result = graph.add_tensor(Tensor::new(name.clone(), old.ty.clone()));
    graph.add_node(Node { name, op: Op::new(Store {}), inputs: vec![Some(tensor)], outputs: vec![result] });
    result
}
