//! The interpreter: runs a graph on the host, operator by operator, in exact integer semantics.
//!
//! It is the oracle that passes, kernels and generated code are held against, and it makes the statistics for
//! calibration. It is written for exactness; results do not depend on the machine.

use std::borrow::Cow;

use super::entities::TensorId;
use super::graph::{Graph, Node};
use super::op::Evaluation;
use super::tensor::Tensor;
use super::value::Value;
use crate::diagnostic::{Diagnostic, Place};

/// A run of a graph: keeps the states between inferences.
pub struct Interpreter<'g> {
    graph: &'g Graph,
    states: Vec<Value>,
}

impl<'g> Interpreter<'g> {
    /// An interpreter with all states as after `reset()`.
    pub fn new(graph: &'g Graph) -> Self {
        let initial = |state: &super::State| {
            let ty = graph.ty(state.read);
            state.initial.clone().unwrap_or_else(|| Value::zeros(ty.dtype, ty.shape.clone()))
        };
        Interpreter { graph, states: graph.states.iter().map(initial).collect() }
    }

    /// One inference: the outputs for these inputs, in the graph's own layout and element types.
    pub fn run(&mut self, inputs: &[Value]) -> Result<Vec<Value>, Diagnostic> {
        self.run_observed(inputs, &mut |_, _| {})
    }

    /// One inference that shows every computed tensor (and input) to `observe`.
    pub fn run_observed(
        &mut self,
        inputs: &[Value],
        observe: &mut dyn FnMut(TensorId, &Value),
    ) -> Result<Vec<Value>, Diagnostic> {
        let graph = self.graph;
        let mut values: Vec<Option<Cow<'_, Value>>> =
            graph.tensor_ids().map(|id| graph.constant(id).map(Cow::Borrowed)).collect();
        self.feed(inputs, &mut values, observe)?;
        let mut last_use = vec![usize::MAX; graph.tensor_count()];
        for (step, (_, node)) in graph.nodes().enumerate() {
            node.operands().for_each(|id| last_use[id.index()] = step);
        }
        for (step, (_, node)) in graph.nodes().enumerate() {
            let results = evaluate(graph, node, |id| values[id.index()].as_deref())?;
            for (&id, value) in node.outputs.iter().zip(results) {
                observe(id, &value);
                values[id.index()] = Some(Cow::Owned(value));
            }
            // Large models would otherwise keep every activation until the end.
            for id in node.operands() {
                if last_use[id.index()] == step && !graph.leaves(id) && !graph.tensor(id).is_constant() {
                    values[id.index()] = None;
                }
            }
        }
        let take = |id: TensorId| {
            values[id.index()].as_deref().cloned().ok_or_else(|| {
                Diagnostic::error("the output is never computed").at(Place::tensor(&graph.tensor(id).name))
            })
        };
        let outputs = graph.outputs.iter().map(|port| take(port.tensor)).collect::<Result<_, _>>()?;
        let next = graph.states.iter().map(|state| take(state.write)).collect::<Result<_, _>>()?;
        self.states = next;
        Ok(outputs)
    }

    fn feed<'v>(
        &self,
        inputs: &[Value],
        values: &mut [Option<Cow<'v, Value>>],
        observe: &mut dyn FnMut(TensorId, &Value),
    ) -> Result<(), Diagnostic> {
        let graph = self.graph;
        if inputs.len() != graph.inputs.len() {
            let message = format!("the model has {} inputs, {} were given", graph.inputs.len(), inputs.len());
            return Err(Diagnostic::error(message));
        }
        let fed = graph.inputs.iter().map(|port| port.tensor).zip(inputs);
        let states = graph.states.iter().map(|state| state.read).zip(&self.states);
        for (id, value) in fed.chain(states) {
            let tensor = graph.tensor(id);
            if value.dtype() != tensor.ty.dtype || value.shape() != &tensor.ty.shape {
                let message = format!("got {}{}, expected {}", value.dtype(), value.shape(), tensor.ty);
                return Err(Diagnostic::error(message).at(Place::tensor(&tensor.name)));
            }
            observe(id, value);
            values[id.index()] = Some(Cow::Owned(value.clone()));
        }
        Ok(())
    }
}

/// The results of one node, with operands from `lookup`.
pub fn evaluate<'v>(
    graph: &'v Graph,
    node: &Node,
    lookup: impl Fn(TensorId) -> Option<&'v Value>,
) -> Result<Vec<Value>, Diagnostic> {
    let fail = |message: String| Diagnostic::error(message).at(Place::node(&node.name, node.op.name()));
    let inputs: Vec<Option<(&Tensor, &Value)>> = node
        .inputs
        .iter()
        .map(|operand| match *operand {
            Some(id) => match lookup(id) {
                Some(value) => Ok(Some((graph.tensor(id), value))),
                None => Err(fail(format!("{id} is read before it is computed"))),
            },
            None => Ok(None),
        })
        .collect::<Result<_, _>>()?;
    let outputs: Vec<_> = node.outputs.iter().map(|&id| graph.ty(id)).collect();
    let call = Evaluation { inputs: &inputs, outputs: &outputs, reference: graph.reference };
    let results = node.op.evaluate(&call).map_err(fail)?;
    for (value, ty) in results.iter().zip(&outputs) {
        if value.dtype() != ty.dtype || value.shape() != &ty.shape {
            return Err(fail(format!("computes {}{}, but is declared {ty}", value.dtype(), value.shape())));
        }
    }
    if results.len() != outputs.len() {
        return Err(fail(format!("computes {} results, but {} are declared", results.len(), outputs.len())));
    }
    Ok(results)
}

#[cfg(test)]
mod test;
