//! How the next value of a state comes to where the next inference reads it.
//!
//! Most kernels can compute it there (`liveness`). Where one cannot, or where the value is needed otherwise, a node at the end of the graph
//! puts it there.

use super::liveness::{self, Obstacle};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{DType, Graph, Node, Op, Tensor, TensorId};
use crate::kernel::KernelChoice;
use crate::ops::state::store::Store;

/// Appends copies for what is in the way of computing every state's next value where its present one is; whether there was anything. To be called,
/// with the kernels chosen anew, until there is nothing: three times at most.
///
/// # Errors
/// No kernel copies elements of a state's type.
pub(crate) fn store(graph: &mut Graph, choices: &[Option<KernelChoice>]) -> Result<bool, Diagnostics> {
    if graph.states.is_empty() {
        return Ok(false);
    }
    let obstacles = liveness::obstacles(graph, choices);
    let mut faults = Diagnostics::default();
    for obstacle in &obstacles {
        let tensor = match *obstacle {
            Obstacle::Output(position) => graph.outputs[position].tensor,
            Obstacle::State(number) => graph.states[number].write,
        };
        let Tensor { name, ty, .. } = graph.tensor(tensor);
        if !matches!(ty.dtype, DType::I8 | DType::F32) {
            let message =
                format!("elements of the type {} are not kept from one inference to the next", ty.dtype);
            faults.push(
                Diagnostic::error(message)
                    .at(Place::tensor(name))
                    .help("cast the state to float, or quantise it to int8, in the model"),
            );
            continue;
        }
        match *obstacle {
            Obstacle::Output(position) => graph.outputs[position].tensor = copy(graph, tensor, ""),
            // Copies are last, so that nobody reads the old value any more.
            Obstacle::State(number) => graph.states[number].write = copy(graph, tensor, ".next"),
        }
    }
    faults.into_result(!obstacles.is_empty())
}

/// A copy of a tensor at the end of the graph. That of an output keeps its name, which the caller knows.
fn copy(graph: &mut Graph, tensor: TensorId, suffix: &str) -> TensorId {
    let old = graph.tensor(tensor);
    let name = format!("{}{suffix}", old.name);
    let result = graph.add_tensor(Tensor::new(name.clone(), old.ty.clone()));
    graph.add_node(Node { name, op: Op::new(Store {}), inputs: vec![Some(tensor)], outputs: vec![result] });
    result
}
