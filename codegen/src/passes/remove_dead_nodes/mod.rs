//! Removes nodes whose results nobody reads.
//!
//! Post-condition: every node has a result that another node reads, that is an output of the graph, or that is the next
//! value of a state. Operators have no effect but their results, so that nothing observable changes.

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::Graph;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "remove_dead_nodes", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    graph.remove_unneeded_nodes();
    Ok(())
}
