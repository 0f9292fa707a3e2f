//! The graph of one step.

use std::collections::BTreeMap;
use std::ops::Range;

use super::rows::{self, Needs, Rows};
use super::times::{Going, Times, part};
use crate::ir::{Along, Graph, Node, NodeId, Op, State, Tensor, TensorId};
use crate::ops::movement::concat::Concat;
use crate::ops::movement::slice::Slice;

/// The graph of one step of the window.
pub(super) fn build(graph: &Graph, times: &Times) -> Graph {
    let needs = rows::needs(graph, times);
    let mut step = graph.clone();
    graph.order().iter().for_each(|&id| step.remove_node(id));
    let mut builder = Builder { graph, times, needs, step, lies: BTreeMap::new() };
    builder.inputs();
    for &id in graph.order() {
        match times.rules.get(&id) {
            Some(rule) => builder.rows_of(id, rule),
            None => builder.whole(id),
        }
    }
    for number in 0..graph.outputs.len() {
        let tensor = builder.whole_tensor(graph.outputs[number].tensor);
        builder.step.outputs[number].tensor = tensor;
    }
    builder.step
}

/// Where the rows of a tensor are in a step.
#[derive(Default)]
struct Lies {
    /// All that are needed, in their order, each once.
    all: Vec<(Range<usize>, TensorId)>,
    /// Some of them once more.
    others: Vec<(Range<usize>, TensorId)>,
}

struct Builder<'a> {
    graph: &'a Graph,
    times: &'a Times,
    needs: Needs,
    step: Graph,
    lies: BTreeMap<TensorId, Lies>,
}

impl Builder<'_> {
    /// The new rows come in, the others are kept.
    fn inputs(&mut self) {
        for number in 0..self.graph.inputs.len() {
            let id = self.graph.inputs[number].tensor;
            let Some(rows) = self.rows(id) else { continue };
            let new = self.tensor(id, rows.last.len());
            self.step.inputs[number].tensor = new;
            self.keep(id, &rows, None, new);
        }
    }

    /// A node that makes a whole tensor.
    fn whole(&mut self, id: NodeId) {
        let mut node = self.graph.node(id).clone();
        for input in node.inputs.iter_mut().flatten() {
            *input = self.whole_tensor(*input);
        }
        self.step.add_node(node);
    }

    fn whole_tensor(&mut self, id: TensorId) -> TensorId {
        match self.times.going.get(&id) {
            Some(going) => self.take(id, 0..going.rows),
            None => id,
        }
    }

    /// A node that makes some rows.
    fn rows_of(&mut self, id: NodeId, rule: &Along) {
        let node = self.graph.node(id);
        let Some((result, rows)) = node.outputs.iter().find_map(|&result| Some((result, self.rows(result)?)))
        else {
            return;
        };
        let [first, last] = [&rows.first, &rows.last]
            .map(|rows| (!rows.is_empty()).then(|| self.compute(node, rule, result, rows)));
        if let Some(last) = last {
            self.keep(result, &rows, first, last);
        }
    }

    /// Some rows of a node's result.
    fn compute(&mut self, node: &Node, rule: &Along, result: TensorId, rows: &Range<usize>) -> TensorId {
        let mut padding = [0; 2];
        let inputs = node.inputs.iter().map(|input| {
            let input = (*input)?;
            let Some(going) = self.times.going.get(&input) else { return Some(input) };
            let (own, around) = rows::operand_rows(rule, going, rows);
            padding = around;
            Some(self.take(input, own))
        });
        let inputs = inputs.collect();
        let part_of_result = self.tensor(result, rows.len());
        let op = part(&node.op, rule, padding, rows.len());
        self.step.add_node(Node { name: node.name.clone(), op, inputs, outputs: vec![part_of_result] });
        part_of_result
    }

    /// Notes where the rows of a tensor are, and keeps those that the next step needs.
    fn keep(&mut self, id: TensorId, rows: &Rows, first: Option<TensorId>, last: TensorId) {
        let Rows { first: in_front, kept, last: behind } = rows;
        let mut lies = Lies::default();
        lies.all.extend(first.map(|first| (in_front.clone(), first)));
        if kept.is_empty() {
            lies.all.push((behind.clone(), last));
            self.lies.insert(id, lies);
            return;
        }
        let Some(going) = self.times.going.get(&id).cloned() else { return };
        let (axis, moves, count) = (going.axis, going.moves, kept.len());
        // The rows behind the kept ones that are kept in the next step, and those that padding reaches.
        let new = self.cut(last, axis, 0..moves);
        let before = self.tensor(id, count);
        let window = self.join(id, axis, &[before, new]);
        let next = match count.checked_sub(moves) {
            Some(_) => self.cut(window, axis, moves..moves + count),
            None => self.cut(new, axis, moves - count..moves),
        };
        self.step.states.push(State { read: before, write: next, initial: None });
        lies.all.push((kept.start..kept.end + moves, window));
        if behind.len() > moves {
            let rest = self.cut(last, axis, moves..behind.len());
            lies.all.push((kept.end + moves..behind.end, rest));
        }
        lies.others.push((behind.clone(), last));
        self.lies.insert(id, lies);
    }

    /// Some needed rows of a tensor as one tensor.
    fn take(&mut self, id: TensorId, rows: Range<usize>) -> TensorId {
        let (Some(lies), Some(Going { axis, .. })) = (self.lies.get(&id), self.times.going.get(&id)) else {
            return id;
        };
        let axis = *axis;
        let mut all = lies.others.iter().chain(&lies.all);
        let around = all.find(|(own, _)| own.start <= rows.start && rows.end <= own.end).cloned();
        let taken = match around {
            Some((own, tensor)) if own == rows => return tensor,
            Some((own, tensor)) => self.cut(tensor, axis, rows.start - own.start..rows.end - own.start),
            None => {
                let met =
                    lies.all.iter().filter(|(own, _)| own.start < rows.end && rows.start < own.end).cloned();
                let parts: Vec<TensorId> = met
                    .collect::<Vec<_>>()
                    .into_iter()
                    .map(|(own, tensor)| {
                        let (begin, end) = (rows.start.max(own.start), rows.end.min(own.end));
                        self.cut(tensor, axis, begin - own.start..end - own.start)
                    })
                    .collect();
                self.join(id, axis, &parts)
            }
        };
        if let Some(lies) = self.lies.get_mut(&id) {
            lies.others.push((rows, taken));
        }
        taken
    }

    /// How the needed rows of a tensor come about.
    fn rows(&self, id: TensorId) -> Option<Rows> {
        Some(Rows::new(self.times.going.get(&id)?, self.needs.get(&id)?))
    }

    /// Some rows of a tensor.
    fn cut(&mut self, tensor: TensorId, axis: usize, rows: Range<usize>) -> TensorId {
        let whole = self.step.tensor(tensor).clone();
        if rows == (0..whole.ty.shape.dims()[axis]) {
            return tensor;
        }
        let count = rows.len();
        let slice = Slice { axes: vec![axis], begins: vec![rows.start], steps: vec![1], counts: vec![count] };
        let name = whole.name.clone();
        let result = self.like(whole, axis, count);
        self.step.add_node(Node {
            name,
            op: Op::new(slice),
            inputs: vec![Some(tensor)],
            outputs: vec![result],
        });
        result
    }

    /// Rows of one tensor behind each other.
    fn join(&mut self, of: TensorId, axis: usize, parts: &[TensorId]) -> TensorId {
        let rows = parts.iter().map(|&part| self.step.ty(part).shape.dims()[axis]).sum();
        let result = self.tensor(of, rows);
        let inputs = parts.iter().map(|&part| Some(part)).collect();
        let name = self.graph.tensor(of).name.clone();
        self.step.add_node(Node { name, op: Op::new(Concat { axis }), inputs, outputs: vec![result] });
        result
    }

    /// A tensor for so many rows of a tensor that goes along time.
    fn tensor(&mut self, of: TensorId, rows: usize) -> TensorId {
        let axis = self.times.going.get(&of).map_or(0, |going| going.axis);
        self.like(self.graph.tensor(of).clone(), axis, rows)
    }

    fn like(&mut self, mut tensor: Tensor, axis: usize, rows: usize) -> TensorId {
        if let Some(extent) = tensor.ty.shape.0.get_mut(axis) {
            *extent = rows;
        }
        self.step.add_tensor(tensor)
    }
}
