//! Computes what depends on constants only.
//!
//! Post-condition: every node has an operand that is not a constant. Values are the interpreter's, so nothing changes. An output that
//! depends on constants only is a constant itself.

use std::sync::Arc;

use super::Pass;
use crate::diagnostic::Diagnostics;
use crate::ir::Graph;
use crate::ir::interpret::evaluate;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "fold_constants", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    for id in graph.order().to_vec() {
        let node = graph.node(id);
        let constant = node.operands().all(|operand| graph.tensor(operand).is_constant());
        if !constant {
            continue;
        }
        let values = evaluate(graph, node, |operand| graph.constant(operand))?;
        for (result, value) in node.outputs.clone().into_iter().zip(values) {
            graph.tensor_mut(result).data = Some(Arc::new(value));
        }
        graph.remove_node(id);
    }
    Ok(())
}
