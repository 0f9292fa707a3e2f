//! How the next value of a state comes to where the next inference reads it.
//!
//! Most kernels can compute it there (`liveness`). Where one cannot, or where the value is needed otherwise, a node at the end of the graph
//! puts it there.

use super::liveness::{self, Obstacle};
use crate::ir::{Graph, Node, Op, Tensor, TensorId};
use crate::kernel::KernelChoice;
use crate::ops::state::store::Store;

/// Appends copies for what is in the way of computing every state's next value where its present one is; whether there was anything. To be called,
/// with the kernels chosen anew, until there is nothing: three times at most.
pub(crate) fn store(graph: &mut Graph, choices: &[Option<KernelChoice>]) -> bool {
    if graph.states.is_empty() {
        return false;
    }
    let obstacles = liveness::obstacles(graph, choices);
    for obstacle in &obstacles {
        match *obstacle {
            Obstacle::Output(position) => {
                graph.outputs[position].tensor = copy(graph, graph.outputs[position].tensor, "");
            }
            // Copies are last, so that nobody reads the old value any more.
            Obstacle::State(number) => {
                graph.states[number].write = copy(graph, graph.states[number].write, ".next");
            }
        }
    }
    !obstacles.is_empty()
}

/// A copy of a tensor at the end of the graph. That of an output keeps its name, which the caller knows.
fn copy(graph: &mut Graph, tensor: TensorId, suffix: &str) -> TensorId {
    let old = graph.tensor(tensor);
    let name = format!("{}{suffix}", old.name);
    let result = graph.add_tensor(Tensor::new(name.clone(), old.ty.clone()));
    graph.add_node(Node { name, op: Op::new(Store {}), inputs: vec![Some(tensor)], outputs: vec![result] });
    result
}
