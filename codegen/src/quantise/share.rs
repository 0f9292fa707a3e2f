//! The quantisation of every activation, and which activations have one in common.
//!
//! Tensors share their scale and zero point where an operator needs it (it moves or selects values; a state is read as it was
//! written) or where it saves a conversion (operands of a concatenation that nothing else reads). The range then follows from all of
//! them.

use std::collections::BTreeMap;

use super::forms::Forms;
use super::histogram::Histogram;
use super::observe::{Observed, is_usable};
use super::range;
use crate::config::Calibrator;
use crate::ir::{DType, Graph, IntegerForm, Node, Quant, TensorId};
use crate::ops::movement::concat::Concat;

/// Quantisations by tensor.
pub(super) type Quants = BTreeMap<TensorId, Quant>;

/// The quantisation of every f32 tensor that is to become int8: what is fed, computed or a state, but for what only operators
/// without an integer form hand to each other. Constants are among them where they share a tensor's quantisation.
pub(super) fn choose(graph: &Graph, forms: &Forms, observed: &Observed, calibrator: Calibrator) -> Quants {
    let groups = Groups::of(graph, forms);
    let mut seen: BTreeMap<TensorId, Histogram> = BTreeMap::new();
    let mut see = |leader: TensorId, histogram: &Histogram| {
        seen.entry(leader).and_modify(|own| own.merge(histogram)).or_insert_with(|| histogram.clone());
    };
    for (&id, statistics) in observed {
        see(groups.leader(id), &statistics.histogram);
    }
    // A constant that is moved or selected from.
    for id in graph.tensor_ids().filter(|&id| groups.is_shared(id)) {
        if let Some(data) = graph.constant(id).and_then(|value| value.as_f32()).filter(|data| is_usable(data))
        {
            let mut histogram = Histogram::new();
            histogram.extend(data);
            see(groups.leader(id), &histogram);
        }
    }
    let chosen: Quants = seen
        .iter()
        .map(|(&leader, histogram)| {
            let fixed = groups.fixed.get(&leader).cloned();
            (leader, fixed.unwrap_or_else(|| range::quant(range::range(histogram, calibrator))))
        })
        .collect();
    graph
        .tensor_ids()
        .filter(|&id| graph.ty(id).dtype == DType::F32)
        .filter(|id| observed.contains_key(id) || (graph.tensor(*id).is_constant() && groups.is_shared(*id)))
        .filter(|&id| !stays_in_float(graph, forms, id))
        .filter_map(|id| chosen.get(&groups.leader(id)).map(|quant| (id, quant.clone())))
        .collect()
}

/// Whether only operators without an integer form compute and read the tensor.
fn stays_in_float(graph: &Graph, forms: &Forms, id: TensorId) -> bool {
    let is_float = |node| forms.get(node) == IntegerForm::None;
    let readers = graph.consumers(id);
    graph.producer(id).is_some_and(is_float)
        && !graph.leaves(id)
        && !readers.is_empty()
        && readers.into_iter().all(is_float)
}

/// Sets of tensors with one quantisation (union-find).
struct Groups {
    parents: Vec<TensorId>,
    sizes: Vec<usize>,
    /// Quantisations that an operator prescribes, by leader.
    fixed: BTreeMap<TensorId, Quant>,
}

impl Groups {
    fn of(graph: &Graph, forms: &Forms) -> Self {
        let parents: Vec<TensorId> = graph.tensor_ids().collect();
        let mut groups = Groups { sizes: vec![1; parents.len()], parents, fixed: BTreeMap::new() };
        for state in &graph.states {
            groups.join(state.read, state.write);
        }
        for (id, node) in graph.nodes() {
            match forms.get(id) {
                IntegerForm::SameAsInput => {
                    for (&result, operand) in node.outputs.iter().zip(std::iter::repeat(node.input(0))) {
                        operand.into_iter().for_each(|operand| groups.join(operand, result));
                    }
                }
                IntegerForm::Fixed { scale, zero_point } => {
                    for &result in &node.outputs {
                        let leader = groups.leader(result);
                        groups.fixed.insert(leader, Quant::per_tensor(scale, zero_point));
                    }
                }
                IntegerForm::None | IntegerForm::Free { .. } => {}
            }
        }
        graph.nodes().for_each(|(_, node)| groups.join_operands(graph, node));
        groups
    }

    /// Operands of a concatenation that nothing else reads are computed on the result's scale at once: requantising them would
    /// round twice.
    fn join_operands(&mut self, graph: &Graph, node: &Node) {
        let ([result], true) = (node.outputs.as_slice(), node.op.is::<Concat>()) else { return };
        for operand in node.operands() {
            let own = graph.sole_consumer(operand).is_some() && !graph.tensor(operand).is_constant();
            let fixed = [operand, *result].map(|id| self.fixed.contains_key(&self.leader(id)));
            if own && fixed == [false, false] {
                self.join(operand, *result);
            }
        }
    }

    /// The tensor that stands for the set.
    fn leader(&self, mut id: TensorId) -> TensorId {
        while self.parents[id.index()] != id {
            id = self.parents[id.index()];
        }
        id
    }

    /// Whether there are others in the set.
    fn is_shared(&self, id: TensorId) -> bool {
        self.sizes[self.leader(id).index()] > 1
    }

    fn join(&mut self, a: TensorId, b: TensorId) {
        let (a, b) = (self.leader(a), self.leader(b));
        if a == b {
            return;
        }
        let (small, large) = if self.sizes[a.index()] < self.sizes[b.index()] { (a, b) } else { (b, a) };
        self.parents[small.index()] = large;
        self.sizes[large.index()] += self.sizes[small.index()];
        if let Some(quant) = self.fixed.remove(&small) {
            self.fixed.entry(large).or_insert(quant);
        }
    }
}
