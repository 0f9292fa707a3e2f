//! The graph: tensors, nodes in execution order, inputs, outputs and state.

mod order;
mod uses;

use std::collections::{BTreeMap, HashSet};

use super::channels::ChannelFlow;
use super::entities::{NodeId, TensorId};
use super::op::Op;
use super::tensor::{Tensor, TensorType};
use super::value::Value;
use crate::diagnostic::Place;
use order::Order;
use uses::Uses;

/// Whose integer arithmetic the quantised operators of a graph follow (docs/arithmetic.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
pub enum Reference {
    /// TFLite Micro's reference kernels: two roundings in a requantisation.
    #[default]
    Tflm,
    /// LiteRT's `BUILTIN_REF` resolver: as TFLM, but FULLY_CONNECTED rounds once.
    Litert,
    /// ONNX Runtime: one rounding, half to even.
    Onnx,
}

impl Reference {
    /// The name in the IR text and in options.
    pub fn name(self) -> &'static str {
        match self {
            Reference::Tflm => "tflm",
            Reference::Litert => "litert",
            Reference::Onnx => "onnx",
        }
    }

    /// The reference with that name.
    pub fn from_name(name: &str) -> Option<Self> {
        [Self::Tflm, Self::Litert, Self::Onnx].into_iter().find(|reference| reference.name() == name)
    }
}

/// One application of an operator.
#[derive(Clone, Debug)]
pub struct Node {
    /// Name in the model file, for messages and for the generated code.
    pub name: String,
    /// What is computed.
    pub op: Op,
    /// Operands; `None` is an optional operand that is left out (a bias).
    pub inputs: Vec<Option<TensorId>>,
    /// Results.
    pub outputs: Vec<TensorId>,
}

impl Node {
    /// The operands that are present.
    pub fn operands(&self) -> impl Iterator<Item = TensorId> + '_ {
        self.inputs.iter().flatten().copied()
    }

    /// How the channels of operands and result hang together.
    pub fn channel_flow(&self, graph: &Graph) -> ChannelFlow {
        if self.outputs.len() != 1 {
            return ChannelFlow::Opaque;
        }
        let (inputs, outputs) = self.tensors(graph);
        self.op.channel_flow(&inputs, &outputs)
    }

    /// Multiply-accumulates.
    pub fn macs(&self, graph: &Graph) -> u64 {
        let (inputs, outputs) = self.tensors(graph);
        self.op.macs(&inputs, &outputs)
    }

    /// Operands and results.
    fn tensors<'a>(&self, graph: &'a Graph) -> (Vec<Option<&'a Tensor>>, Vec<&'a Tensor>) {
        let inputs = self.inputs.iter().map(|id| id.map(|id| graph.tensor(id))).collect();
        let outputs = self.outputs.iter().map(|&id| graph.tensor(id)).collect();
        (inputs, outputs)
    }

    /// The operand at `index`, if it is present.
    pub fn input(&self, index: usize) -> Option<TensorId> {
        self.inputs.get(index).copied().flatten()
    }
}

/// A variable that keeps its value from one inference to the next.
#[derive(Clone, Debug)]
pub struct State {
    /// The value that the nodes read: zero, or `initial`, before the first inference.
    pub read: TensorId,
    /// The value that the next inference reads.
    pub write: TensorId,
    /// Value after `reset()`; zero bits if none.
    pub initial: Option<Value>,
}

/// How a graph input or output differs from what the model file declares.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Boundary {
    /// Axes of the file's tensor in the order in which the graph has them (NCHW in the file, NHWC here:
    /// `[0, 2, 3, 1]`); none if they are the same.
    pub source_axes: Option<Vec<usize>>,
    /// The file's tensor is unsigned 8-bit: the caller's bytes are the graph's plus 128.
    pub unsigned: bool,
}

/// An input or output of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct Port {
    /// The tensor.
    pub tensor: TensorId,
    /// How it differs from the file's.
    pub boundary: Boundary,
}

impl From<TensorId> for Port {
    fn from(tensor: TensorId) -> Self {
        Port { tensor, boundary: Boundary::default() }
    }
}

/// A model in the compiler's terms.
///
/// Nodes are kept in execution order; every operand is a graph input, a state, a constant or the result of an earlier
/// node. [`verify`](super::verify::verify) checks this and everything else that a graph must hold.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// Name of the model.
    pub name: String,
    /// Arithmetic of the quantised operators.
    pub reference: Reference,
    /// What the caller feeds, in the model's order.
    pub inputs: Vec<Port>,
    /// What the caller gets, in the model's order.
    pub outputs: Vec<Port>,
    /// Variables that live on between inferences.
    pub states: Vec<State>,
    /// Class names from the model file, if it has them.
    pub labels: Vec<String>,
    /// The file's operator of each of the file's nodes, by the node's name; none where nodes of one name have different ones.
    operators: BTreeMap<String, Option<String>>,
    tensors: Vec<Tensor>,
    nodes: Vec<Option<Node>>,
    order: Order,
    uses: Uses,
    /// The node that was last given out to be changed. `uses` leaves it out.
    changing: Option<NodeId>,
}

impl Graph {
    /// An empty graph.
    pub fn new(name: impl Into<String>, reference: Reference) -> Self {
        Graph { name: name.into(), reference, ..Graph::default() }
    }

    /// Takes note that the file calls the operator of its node `name` so.
    pub fn name_operator(&mut self, name: &str, operator: &str) {
        let known = self.operators.entry(name.to_owned()).or_insert_with(|| Some(operator.to_owned()));
        if known.as_deref() != Some(operator) {
            *known = None;
        }
    }

    /// The file's operator that a node stands for; none if it stands for no node of the file, or for several.
    pub fn file_operator<'a>(&'a self, node: &'a Node) -> Option<&'a str> {
        self.named_by_file(node).map(|(_, operator)| operator)
    }

    /// Where a message about a node belongs: in the file's terms, as far as the node stands for one of the file.
    pub fn place(&self, node: &Node) -> Place {
        match self.named_by_file(node) {
            Some((name, operator)) => Place::node(name, operator),
            None => Place::node(&node.name, node.op.name()),
        }
    }

    /// Name and operator of the file's node that a node stands for.
    fn named_by_file<'a>(&'a self, node: &'a Node) -> Option<(&'a str, &'a str)> {
        // What an importer adds for a node is named after it: `conv/bias`.
        let mut name = node.name.as_str();
        loop {
            match (self.operators.get(name), name.rsplit_once('/')) {
                (Some(Some(operator)), _) => return Some((name, operator)),
                (None, Some((outer, _))) => name = outer,
                _ => return None,
            }
        }
    }

    /// Adds a tensor.
    pub fn add_tensor(&mut self, tensor: Tensor) -> TensorId {
        self.tensors.push(tensor);
        TensorId::new(self.tensors.len() - 1)
    }

    /// Appends a node.
    pub fn add_node(&mut self, node: Node) -> NodeId {
        self.insert_at(self.order.nodes().len(), node)
    }

    /// Puts a node before another (at the end if that one was removed).
    pub fn insert_before(&mut self, next: NodeId, node: Node) -> NodeId {
        self.insert_at(self.order.position(next).unwrap_or(usize::MAX), node)
    }

    /// Puts a node right after another (at the end if that one was removed).
    pub fn insert_after(&mut self, previous: NodeId, node: Node) -> NodeId {
        self.insert_at(self.order.position(previous).map_or(usize::MAX, |position| position + 1), node)
    }

    fn insert_at(&mut self, position: usize, node: Node) -> NodeId {
        let id = NodeId::new(self.nodes.len());
        self.uses.add(id, &node);
        self.nodes.push(Some(node));
        self.order.insert(position, id);
        id
    }

    /// Removes a node. Its results must have no use left, which `verify` checks.
    pub fn remove_node(&mut self, id: NodeId) {
        if let Some(node) = self.nodes[id.index()].take() {
            self.order.remove(id);
            match self.changing == Some(id) {
                true => self.changing = None,
                false => self.uses.remove(id, &node),
            }
        }
    }

    /// Removes the nodes whose results nobody needs: no node that stays, no output, no next value of a state. Operators have no
    /// effect but their results, so nothing observable changes.
    pub fn remove_unneeded_nodes(&mut self) {
        let mut needed: HashSet<TensorId> = self.outputs.iter().map(|port| port.tensor).collect();
        needed.extend(self.states.iter().map(|state| state.write));
        let mut unneeded: Vec<NodeId> = Vec::new();
        // Backwards: what only an unneeded node reads is unneeded, too.
        for &id in self.order.nodes().iter().rev() {
            let node = self.node(id);
            if node.outputs.iter().any(|result| needed.contains(result)) {
                needed.extend(node.operands());
            } else {
                unneeded.push(id);
            }
        }
        unneeded.into_iter().for_each(|id| self.remove_node(id));
    }

    /// The tensor with this id.
    pub fn tensor(&self, id: TensorId) -> &Tensor {
        &self.tensors[id.index()]
    }

    /// The tensor with this id, to change it.
    pub fn tensor_mut(&mut self, id: TensorId) -> &mut Tensor {
        &mut self.tensors[id.index()]
    }

    /// The type of a tensor.
    pub fn ty(&self, id: TensorId) -> &TensorType {
        &self.tensor(id).ty
    }

    /// The value of a constant.
    pub fn constant(&self, id: TensorId) -> Option<&Value> {
        self.tensor(id).data.as_deref()
    }

    /// The node with this id.
    ///
    /// # Panics
    /// If it was removed: ids of removed nodes must not be kept.
    pub fn node(&self, id: NodeId) -> &Node {
        self.nodes[id.index()].as_ref().expect("the node was removed")
    }

    /// The node with this id, to change it.
    ///
    /// # Panics
    /// If it was removed: ids of removed nodes must not be kept.
    pub fn node_mut(&mut self, id: NodeId) -> &mut Node {
        if let Some(changed) = self.changing.replace(id)
            && let Some(node) = &self.nodes[changed.index()]
        {
            self.uses.add(changed, node);
        }
        let node = self.nodes[id.index()].as_mut().expect("the node was removed");
        self.uses.remove(id, node);
        node
    }

    /// Whether the node is still in the graph.
    pub fn has_node(&self, id: NodeId) -> bool {
        self.nodes.get(id.index()).is_some_and(Option::is_some)
    }

    /// Number of tensor ids ever given out.
    pub fn tensor_count(&self) -> usize {
        self.tensors.len()
    }

    /// All tensor ids, also those that are no longer used.
    pub fn tensor_ids(&self) -> impl Iterator<Item = TensorId> + use<> {
        (0..self.tensors.len()).map(TensorId::new)
    }

    /// Bytes of the largest tensor that is not a constant: no arena can be smaller, as long as tensors exist whole.
    pub fn largest_activation(&self) -> usize {
        let results = self.nodes().flat_map(|(_, node)| node.outputs.iter().copied());
        let inputs = self.inputs.iter().map(|port| port.tensor);
        inputs.chain(results).map(|id| self.ty(id).bytes()).max().unwrap_or(0)
    }

    /// The nodes in execution order.
    pub fn order(&self) -> &[NodeId] {
        self.order.nodes()
    }

    /// The nodes with their ids in execution order.
    pub fn nodes(&self) -> impl Iterator<Item = (NodeId, &Node)> + '_ {
        self.order().iter().map(|&id| (id, self.node(id)))
    }

    /// Multiply-accumulates of one inference.
    pub fn macs(&self) -> u64 {
        self.nodes().map(|(_, node)| node.macs(self)).sum()
    }

    /// The node that computes a tensor.
    pub fn producer(&self, tensor: TensorId) -> Option<NodeId> {
        let changing = self.changing().filter(|(_, node)| node.outputs.contains(&tensor));
        let makers = self.uses.makers(tensor).iter().copied();
        makers.chain(changing.map(|(id, _)| id)).min_by_key(|&id| self.order.rank(id))
    }

    /// The nodes that read a tensor, in execution order, each once.
    pub fn consumers(&self, tensor: TensorId) -> Vec<NodeId> {
        let mut readers: Vec<NodeId> = self.readers(tensor).collect();
        readers.sort_unstable_by_key(|&id| self.order.rank(id));
        readers
    }

    /// The single node that reads a tensor, if no other does and the tensor does not leave the graph.
    pub fn sole_consumer(&self, tensor: TensorId) -> Option<NodeId> {
        let mut readers = self.readers(tensor);
        let only = readers.next()?;
        (readers.next().is_none() && !self.leaves(tensor)).then_some(only)
    }

    /// The nodes that read a tensor.
    fn readers(&self, tensor: TensorId) -> impl Iterator<Item = NodeId> + '_ {
        let changing = self.changing().filter(|(_, node)| node.operands().any(|operand| operand == tensor));
        self.uses.readers(tensor).iter().copied().chain(changing.map(|(id, _)| id))
    }

    /// The node that may have been changed since `uses` was brought up to date.
    fn changing(&self) -> Option<(NodeId, &Node)> {
        let id = self.changing?;
        self.nodes[id.index()].as_ref().map(|node| (id, node))
    }

    /// Whether the tensor is a graph output or the next value of a state.
    pub fn leaves(&self, tensor: TensorId) -> bool {
        self.outputs.iter().any(|port| port.tensor == tensor)
            || self.states.iter().any(|state| state.write == tensor)
    }

    /// Lets every reader of `old` (nodes, outputs, states) read `new`.
    pub fn replace_uses(&mut self, old: TensorId, new: TensorId) {
        for reader in self.readers(old).collect::<Vec<_>>() {
            for input in self.node_mut(reader).inputs.iter_mut().flatten().filter(|input| **input == old) {
                *input = new;
            }
        }
        for port in &mut self.outputs {
            if port.tensor == old {
                port.tensor = new;
            }
        }
        for state in &mut self.states {
            if state.write == old {
                state.write = new;
            }
        }
    }
}
