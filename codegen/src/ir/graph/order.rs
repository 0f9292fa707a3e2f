//! The order of execution, in which a node's place is found without going through all of it.

use super::super::entities::NodeId;

/// Distance of the ranks of nodes that are appended.
const GAP: u64 = 1 << 32;

/// Nodes in order, each with a rank that grows along it. A node between two others gets a rank between theirs.
#[derive(Clone, Debug, Default)]
pub(super) struct Order {
    nodes: Vec<NodeId>,
    /// By the node's index.
    rank: Vec<u64>,
}

impl Order {
    /// The nodes in order.
    pub(super) fn nodes(&self) -> &[NodeId] {
        &self.nodes
    }

    /// What nodes are to be sorted by.
    pub(super) fn rank(&self, id: NodeId) -> u64 {
        self.rank.get(id.index()).copied().unwrap_or(u64::MAX)
    }

    /// Where a node stands; none if it was removed.
    pub(super) fn position(&self, id: NodeId) -> Option<usize> {
        let rank = self.rank(id);
        let place = self.nodes.partition_point(|&other| self.rank(other) < rank);
        (self.nodes.get(place) == Some(&id)).then_some(place)
    }

    /// Puts a node at a position, or at the end.
    pub(super) fn insert(&mut self, position: usize, id: NodeId) {
        let position = position.min(self.nodes.len());
        if self.rank.len() <= id.index() {
            self.rank.resize(id.index() + 1, 0);
        }
        self.nodes.insert(position, id);
        let before = position.checked_sub(1).map_or(0, |before| self.rank(self.nodes[before]));
        let rank = match self.nodes.get(position + 1) {
            Some(&behind) => before + (self.rank(behind) - before) / 2,
            None => before + GAP,
        };
        self.rank[id.index()] = rank;
        if rank == before {
            self.renumber();
        }
    }

    /// Takes a node out.
    pub(super) fn remove(&mut self, id: NodeId) {
        if let Some(position) = self.position(id) {
            self.nodes.remove(position);
        }
    }

    /// New ranks with room between them.
    fn renumber(&mut self) {
        for (place, &id) in (1..).zip(&self.nodes) {
            self.rank[id.index()] = place * GAP;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_found_however_many_nodes_come_between_two() {
        let mut order = Order::default();
        let mut nodes: Vec<NodeId> = Vec::new();
        let mut insert = |position: usize| {
            let id = NodeId::new(nodes.len());
            order.insert(position, id);
            nodes.insert(position.min(nodes.len()), id);
            assert_eq!(order.nodes(), nodes);
            for (position, &id) in nodes.iter().enumerate() {
                assert_eq!(order.position(id), Some(position));
            }
        };
        (0..4).for_each(&mut insert);
        // Always in the same gap, at the front and in the middle: each halves what is left of it.
        (0..100).for_each(|_| insert(0));
        (0..100).for_each(|_| insert(50));
        for id in nodes.drain(..) {
            order.remove(id);
            assert_eq!(order.position(id), None);
        }
        assert!(order.nodes().is_empty());
    }
}
