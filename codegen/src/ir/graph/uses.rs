//! Which nodes make and read each tensor, kept up to date as nodes come, change and go: passes ask for it at every node.

use super::super::entities::{NodeId, TensorId};
use super::Node;

/// The nodes around each tensor.
#[derive(Clone, Debug, Default)]
pub(super) struct Uses {
    of_tensor: Vec<Use>,
}

/// The nodes around a tensor, each once, sorted by id.
#[derive(Clone, Debug, Default)]
struct Use {
    makers: Vec<NodeId>,
    readers: Vec<NodeId>,
}

impl Uses {
    /// Takes a node in.
    pub(super) fn add(&mut self, id: NodeId, node: &Node) {
        for &result in &node.outputs {
            insert(&mut self.entry(result).makers, id);
        }
        for operand in node.operands() {
            insert(&mut self.entry(operand).readers, id);
        }
    }

    /// Forgets a node that was taken in as it is.
    pub(super) fn remove(&mut self, id: NodeId, node: &Node) {
        for &result in &node.outputs {
            remove(&mut self.entry(result).makers, id);
        }
        for operand in node.operands() {
            remove(&mut self.entry(operand).readers, id);
        }
    }

    /// The nodes that compute a tensor; one in a graph that is in order.
    pub(super) fn makers(&self, tensor: TensorId) -> &[NodeId] {
        self.of_tensor.get(tensor.index()).map_or(&[], |uses| &uses.makers)
    }

    /// The nodes that read a tensor.
    pub(super) fn readers(&self, tensor: TensorId) -> &[NodeId] {
        self.of_tensor.get(tensor.index()).map_or(&[], |uses| &uses.readers)
    }

    fn entry(&mut self, tensor: TensorId) -> &mut Use {
        let index = tensor.index();
        if index >= self.of_tensor.len() {
            self.of_tensor.resize_with(index + 1, Use::default);
        }
        &mut self.of_tensor[index]
    }
}

fn insert(nodes: &mut Vec<NodeId>, id: NodeId) {
    if let Err(place) = nodes.binary_search(&id) {
        nodes.insert(place, id);
    }
}

fn remove(nodes: &mut Vec<NodeId>, id: NodeId) {
    if let Ok(place) = nodes.binary_search(&id) {
        nodes.remove(place);
    }
}
