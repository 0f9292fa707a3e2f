//! What later stages would say of a model of which only a part could be imported, so that its user hears of all faults at once.

use std::collections::HashSet;

use crate::config::{Optimise, Options};
use crate::diagnostic::Diagnostics;
use crate::ir::{Graph, TensorId, verify};
use crate::passes;
use crate::selection::kernels;
use crate::target::Core;

/// Lets what refused operators would compute be inputs, and what they would read outputs, so that the rest of the graph is one.
pub(super) fn close(graph: &mut Graph) {
    let mut known: HashSet<TensorId> = graph.inputs.iter().map(|port| port.tensor).collect();
    known.extend(graph.states.iter().map(|state| state.read));
    known.extend(graph.nodes().flat_map(|(_, node)| node.outputs.iter().copied()));
    let read: Vec<TensorId> =
        graph.nodes().flat_map(|(_, node)| node.operands().collect::<Vec<_>>()).collect();
    let outputs: Vec<TensorId> = graph.outputs.iter().map(|port| port.tensor).collect();
    for id in read.into_iter().chain(outputs) {
        if !graph.tensor(id).is_constant() && known.insert(id) {
            graph.inputs.push(id.into());
        }
    }
    let results: Vec<TensorId> = graph.nodes().flat_map(|(_, node)| node.outputs.iter().copied()).collect();
    for id in results {
        if graph.consumers(id).is_empty() && !graph.leaves(id) {
            graph.outputs.push(id.into());
        }
    }
}

/// What is said of the nodes of a closed graph that no kernel can carry out. In floating point, where example data would be needed to
/// quantise it: that has kernels for the same types.
pub(super) fn without_kernels(mut graph: Graph, options: &Options) -> Diagnostics {
    let lowered = verify(&graph).and_then(|()| {
        passes::run(passes::CANONICALISE, &mut graph, &mut |_, _| {})?;
        passes::run(passes::OPTIMISE, &mut graph, &mut |_, _| {})
    });
    let core = options.core.unwrap_or(Core::Armv7em);
    // What keeps the part from getting that far has been told, or lies in what is missing of it.
    lowered.ok().and_then(|()| kernels(&graph, core, Optimise::Balanced).err()).unwrap_or_default()
}
