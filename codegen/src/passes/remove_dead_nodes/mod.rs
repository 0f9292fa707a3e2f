//! Removes nodes whose results nobody reads.
//!
//! Post-condition: every node has a result that another node reads, that is an output of the graph, or that is the next
//! value of a state. Operators have no effect but their results, so that nothing observable changes.

use std::collections::HashSet;

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::{Graph, NodeId, TensorId};

/// The pass.
pub(super) const PASS: Pass = Pass { name: "remove_dead_nodes", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    let mut read: HashSet<TensorId> = graph.outputs.iter().map(|port| port.tensor).collect();
    read.extend(graph.states.iter().map(|state| state.write));
    let mut dead: Vec<NodeId> = Vec::new();
    // Backwards: what only a dead node reads is dead too.
    for &id in graph.order().iter().rev() {
        let node = graph.node(id);
        if node.outputs.iter().any(|result| read.contains(result)) {
            read.extend(node.operands());
        } else {
            dead.push(id);
        }
    }
    dead.into_iter().for_each(|id| graph.remove_node(id));
    Ok(())
}
