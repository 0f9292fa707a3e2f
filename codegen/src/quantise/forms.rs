//! In which form each node of the float graph is carried out.
//!
//! An operator says what form it has. What is done to features each by itself, before they are put together, stays in real numbers
//! nevertheless: features have units of their own, and one scale for all of them would leave the small ones nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::ir::{DType, Graph, IntegerForm, Node, NodeId, TensorId};

/// Features of a row: more axes are those of signals and images, whose elements are of one kind.
const ROWS: usize = 2;

/// The forms of all nodes.
pub(super) struct Forms {
    forms: BTreeMap<NodeId, IntegerForm>,
    /// Tensors of features as they are measured, which are not quantised.
    measured: BTreeSet<TensorId>,
}

impl Forms {
    pub(super) fn of(graph: &Graph) -> Forms {
        let mut forms: BTreeMap<NodeId, IntegerForm> =
            graph.nodes().map(|(id, node)| (id, form(graph, node))).collect();
        let one_by_one = one_by_one(graph);
        // From the results up: what only such nodes read stays real with them.
        let mut measured = BTreeSet::new();
        for &id in graph.order().iter().rev().filter(|id| one_by_one.contains_key(id)) {
            let node = graph.node(id);
            let all_read_so = node.outputs.iter().all(|result| measured.contains(result));
            if !(one_by_one[&id] || all_read_so) {
                continue;
            }
            forms.insert(id, IntegerForm::None);
            for operand in node.operands().filter(|&operand| !graph.tensor(operand).is_constant()) {
                let stays = |reader: &NodeId| {
                    let others = graph.node(*reader).outputs.iter().all(|result| measured.contains(result));
                    one_by_one.get(reader).is_some_and(|&own| own || others)
                };
                if !graph.leaves(operand) && graph.consumers(operand).iter().all(stays) {
                    measured.insert(operand);
                }
            }
        }
        Forms { forms, measured }
    }

    /// The node's form.
    pub(super) fn get(&self, id: NodeId) -> IntegerForm {
        self.forms.get(&id).cloned().unwrap_or(IntegerForm::None)
    }

    /// Whether the tensor holds features as they are measured.
    pub(super) fn is_measured(&self, tensor: TensorId) -> bool {
        self.measured.contains(&tensor)
    }
}

/// The integer form of a node. An operator whose weights or bias are no constants has none: int8 layers need them when they are built.
fn form(graph: &Graph, node: &Node) -> IntegerForm {
    let form = node.op.integer_form();
    if let IntegerForm::Free { weights, bias } = form {
        let is_constant = |id: TensorId| graph.constant(id).is_some_and(|value| value.dtype() == DType::F32);
        let weights_known = weights.is_none_or(|(index, _)| node.input(index).is_some_and(is_constant));
        let bias_known = bias.and_then(|index| node.input(index)).is_none_or(is_constant);
        if !(weights_known && bias_known) {
            return IntegerForm::None;
        }
    }
    form
}

/// The nodes that nothing but features as they are fed goes through, each by itself; and whether they treat one feature otherwise than
/// another, not only move them.
fn one_by_one(graph: &Graph) -> BTreeMap<NodeId, bool> {
    let of_rows = |id: TensorId| graph.ty(id).dtype == DType::F32 && graph.ty(id).shape.rank() <= ROWS;
    let mut raw: BTreeSet<TensorId> =
        graph.inputs.iter().map(|port| port.tensor).filter(|&id| of_rows(id)).collect();
    let mut found = BTreeMap::new();
    for (id, node) in graph.nodes() {
        let computed = || node.operands().filter(|&operand| !graph.tensor(operand).is_constant());
        let [result] = node.outputs[..] else { continue };
        if computed().next().is_none() || !computed().all(|operand| raw.contains(&operand)) {
            continue;
        }
        let treats = treats_one_by_one(graph, node, result);
        let moves = computed()
            .all(|operand| node.op.is_view() || node.op.movement(&graph.ty(operand).shape).is_some());
        if treats || (moves && graph.ty(result).shape.rank() <= ROWS) {
            found.insert(id, treats);
            raw.insert(result);
        }
    }
    found
}

/// Whether each element of the result follows from those at its place alone, and from constants of which each feature has its own.
fn treats_one_by_one(graph: &Graph, node: &Node, result: TensorId) -> bool {
    let shape = &graph.ty(result).shape;
    let has_weights = matches!(node.op.integer_form(), IntegerForm::Free { weights: Some(_), .. });
    let keeps =
        node.operands().filter(|&id| !graph.tensor(id).is_constant()).all(|id| graph.ty(id).shape == *shape);
    if has_weights || !keeps || !node.op.is_elementwise() {
        return false;
    }
    // Truth values are no numbers that could be quantised, and what they choose stays what it was.
    let of_truths = |id: TensorId| graph.ty(id).dtype == DType::Bool;
    if of_truths(result) || node.operands().any(of_truths) {
        return true;
    }
    let differs = |id: TensorId| {
        let numbers = graph.constant(id).and_then(|value| value.as_f32()).unwrap_or_default();
        numbers.windows(2).any(|pair| pair[0] != pair[1])
    };
    node.operands().any(differs)
}
