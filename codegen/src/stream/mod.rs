//! Row streaming: a chain of layers that is carried out a few rows at a time, so that the tensors between never exist whole.
//!
//! A chain is one node, [`Stream`], whose body is an ordinary graph on bands of rows. [`schedule`] says which rows there are in which
//! turn, `evaluate` proves it, `lower` places the bands and makes the calls of ordinary kernels stand in a loop, and [`choose`]
//! decides which chains there are.

pub mod chains;
pub mod choose;
mod evaluate;
mod lower;
pub mod schedule;

use crate::config::Optimise;
use crate::ir::{
    Attribute, Attributes, Evaluation, Fault, Graph, Node, NodeId, Op, Operands, Operator, Tensor,
    TensorType, Value,
};
use crate::kernel::{KernelChoice, Lowering};
use schedule::Schedule;

/// A chain of layers as one operator. Its operand is what the first layer reads, its result that of the last.
#[derive(Clone, Debug)]
pub struct Stream {
    /// Which rows are handled when.
    pub schedule: Schedule,
    /// The layers on bands, in the schedule's order. Operands and results have tensors of their own; the schedule joins them.
    pub body: Graph,
    /// The layer that sums up all rows, if there is one, as it stands in the original graph.
    pub sum: Option<Node>,
    /// Whether the caller gives the rows of the operand, which is then never whole.
    pub fed: bool,
    /// What the kernels of the layers are best at.
    kernels: Optimise,
    /// Type of the result.
    output: TensorType,
    /// Multiply-accumulates.
    macs: u64,
}

impl Stream {
    /// The chain with this schedule, in which `kernels` chooses among kernels.
    pub fn new(graph: &Graph, schedule: Schedule, kernels: Optimise) -> Stream {
        let mut body = Graph::new(graph.name.clone(), graph.reference);
        let mut macs = 0;
        for layer in &schedule.layers {
            let node = graph.node(layer.original);
            macs += node.macs(graph);
            let inputs = node.inputs.iter().zip(&layer.operands).map(|(id, view)| {
                let tensor = graph.tensor((*id)?);
                Some(body.add_tensor(match view {
                    Some(view) => {
                        Tensor { ty: schedule.bands[view.band].type_of(view.rows), ..tensor.clone() }
                    }
                    None => tensor.clone(),
                }))
            });
            let inputs = inputs.collect();
            let band = &schedule.bands[layer.result];
            let result = body.add_tensor(Tensor::new(band.name.clone(), band.type_of(band.rows)));
            let op = layer.rule.op.clone().unwrap_or_else(|| node.op.clone());
            body.add_node(Node { name: node.name.clone(), op, inputs, outputs: vec![result] });
        }
        let sum = schedule.sum.map(|sum| graph.node(sum).clone());
        let output = graph.ty(schedule.exit).clone();
        Stream { schedule, body, sum, fed: false, kernels, output, macs }
    }

    /// The graph with this chain in the place of its nodes.
    pub fn replace(self, graph: &mut Graph) -> NodeId {
        let nodes: Vec<NodeId> =
            self.schedule.layers.iter().map(|layer| layer.original).chain(self.schedule.sum).collect();
        let names: Vec<&str> = [nodes.first(), nodes.last()]
            .into_iter()
            .flatten()
            .map(|&id| graph.node(id).name.as_str())
            .collect();
        let (inputs, outputs) = (vec![Some(self.schedule.entry)], vec![self.schedule.exit]);
        let node = Node { name: names.join(" … "), op: Op::new(self), inputs, outputs };
        let id = match nodes.last() {
            Some(&last) => graph.insert_after(last, node),
            None => graph.add_node(node),
        };
        nodes.into_iter().for_each(|node| graph.remove_node(node));
        id
    }
}

impl Stream {
    /// The layer that sums up rows, in a graph of its own: the operand is the whole tensor.
    fn sum_alone(&self, sum: &Node) -> (Graph, NodeId) {
        let mut graph = Graph::new(self.body.name.clone(), self.body.reference);
        let band = self.schedule.last();
        let operand = graph.add_tensor(Tensor::new(band.name.clone(), band.ty.clone()));
        let result = graph.add_tensor(Tensor::new(sum.name.clone(), self.output.clone()));
        let node = Node {
            inputs: vec![Some(operand)],
            outputs: vec![result],
            name: sum.name.clone(),
            op: sum.op.clone(),
        };
        let id = graph.add_node(node);
        (graph, id)
    }
}

impl Operator for Stream {
    fn name(&self) -> &'static str {
        "stream"
    }

    fn attributes(&self) -> Attributes {
        let count = |name: &str, count: usize| (name.to_owned(), Attribute::Int(count as i64));
        Attributes(vec![
            count("layers", self.schedule.layers.len() + usize::from(self.sum.is_some())),
            count("rows", self.schedule.last().rows),
            count("turns", self.schedule.turns),
        ])
    }

    fn infer(&self, inputs: &Operands<'_>) -> Result<Vec<TensorType>, Fault> {
        match inputs {
            [Some(input)] if input.ty.shape == self.schedule.first().ty.shape => {
                Ok(vec![TensorType::new(self.output.dtype, self.output.shape.clone())])
            }
            _ => Err(format!("expects an operand {}", self.schedule.first().ty)),
        }
    }

    fn evaluate(&self, call: &Evaluation<'_>) -> Result<Vec<Value>, Fault> {
        evaluate::evaluate(self, call)
    }

    fn macs(&self, _inputs: &Operands<'_>, _outputs: &[&Tensor]) -> u64 {
        self.macs
    }

    fn lower(&self, lowering: &Lowering<'_>) -> Result<KernelChoice, Fault> {
        lower::lower(self, lowering)
    }
}
