//! What could be imported of a model that is refused, so that later stages can say what is wrong with that, too.

#[cfg(any(feature = "onnx", feature = "tflite"))]
use std::collections::HashSet;

use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::Graph;
#[cfg(any(feature = "onnx", feature = "tflite"))]
use crate::ir::TensorId;

/// A model that cannot be imported.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub faults: Diagnostics,
    /// What is left without the nodes that are at fault; none if the file cannot be read.
    pub part: Option<Box<Graph>>,
}

impl Refused {
    /// The faults, each at `place` where it has none of its own.
    pub fn at(self, place: Place) -> Refused {
        Refused { faults: self.faults.at(place), ..self }
    }
}

impl From<Diagnostics> for Refused {
    fn from(faults: Diagnostics) -> Refused {
        Refused { faults, part: None }
    }
}

impl From<Diagnostic> for Refused {
    fn from(fault: Diagnostic) -> Refused {
        Diagnostics::from(fault).into()
    }
}

impl From<Refused> for Diagnostics {
    fn from(refused: Refused) -> Diagnostics {
        refused.faults
    }
}

#[cfg(any(feature = "onnx", feature = "tflite"))]
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
