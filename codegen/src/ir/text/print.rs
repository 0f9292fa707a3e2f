//! From a graph to its text.

use std::collections::HashMap;
use std::fmt::{Display, Write};

use super::escape::quoted;
use crate::ir::{Boundary, Data, Graph, Node, NodeId, Quant, TensorId, Value};

/// The text of a graph, complete: [`parse`](super::parse()) gives the same graph.
pub fn print(graph: &Graph) -> String {
    let numbers = Numbers::InOrder(in_order(graph));
    Printer { graph, numbers, limit: usize::MAX }.text()
}

/// The text of a graph for people: of long constants only the beginning, with `…` for the rest.
pub fn print_brief(graph: &Graph) -> String {
    let numbers = Numbers::InOrder(in_order(graph));
    Printer { graph, numbers, limit: BRIEF }.text()
}

/// Elements of a list in a brief text.
const BRIEF: usize = 8;

/// The lines of a brief text with the graph's own ids, as messages name them.
pub(super) fn lines_with_own_ids(graph: &Graph) -> Vec<Line> {
    Printer { graph, numbers: Numbers::Own, limit: BRIEF }.lines()
}

/// One line of the text, and what it declares.
#[derive(Default)]
pub(super) struct Line {
    pub(super) node: Option<NodeId>,
    pub(super) tensors: Vec<TensorId>,
    pub(super) text: String,
}

/// The numbers behind `%`.
enum Numbers {
    /// The ids of the graph.
    Own,
    /// Places in the text.
    InOrder(HashMap<TensorId, usize>),
}

/// The constants that are declared right before each node, in the order of the node's operands, and those before the outputs.
fn constants(graph: &Graph) -> (Vec<Vec<TensorId>>, Vec<TensorId>) {
    let mut declared = vec![false; graph.tensor_count()];
    let mut first_uses = |ids: &mut dyn Iterator<Item = TensorId>| -> Vec<TensorId> {
        ids.filter(|&id| {
            let constant = id.index() < declared.len() && graph.tensor(id).is_constant();
            constant && !std::mem::replace(&mut declared[id.index()], true)
        })
        .collect()
    };
    let before_nodes = graph.nodes().map(|(_, node)| first_uses(&mut node.operands())).collect();
    let leaving = graph.states.iter().map(|state| state.write);
    let before_outputs = first_uses(&mut leaving.chain(graph.outputs.iter().map(|port| port.tensor)));
    (before_nodes, before_outputs)
}

/// Numbers for all tensors that are used, in the order of their declarations; those that nothing declares come last.
fn in_order(graph: &Graph) -> HashMap<TensorId, usize> {
    let (before_nodes, before_outputs) = constants(graph);
    let ports = graph.inputs.iter().map(|port| port.tensor);
    let states = graph.states.iter();
    let mut ids: Vec<TensorId> = ports.chain(states.clone().map(|state| state.read)).collect();
    for ((_, node), constants) in graph.nodes().zip(before_nodes) {
        ids.extend(constants);
        ids.extend(&node.outputs);
    }
    ids.extend(before_outputs);
    ids.extend(graph.nodes().flat_map(|(_, node)| node.operands()));
    ids.extend(states.map(|state| state.write).chain(graph.outputs.iter().map(|port| port.tensor)));
    let mut numbers = HashMap::new();
    for id in ids {
        let next = numbers.len();
        numbers.entry(id).or_insert(next);
    }
    numbers
}

struct Printer<'g> {
    graph: &'g Graph,
    numbers: Numbers,
    /// Elements of a list that are printed.
    limit: usize,
}

impl Printer<'_> {
    fn text(&self) -> String {
        self.lines().into_iter().map(|line| line.text + "\n").collect()
    }

    fn lines(&self) -> Vec<Line> {
        let graph = self.graph;
        let plain = |text: String| Line { text, ..Line::default() };
        let header = format!("graph {} reference={} {{", quoted(&graph.name), graph.reference.name());
        let mut lines = vec![plain(header)];
        if !graph.labels.is_empty() {
            let labels: Vec<String> = graph.labels.iter().map(|label| quoted(label)).collect();
            lines.push(plain(format!("  labels {}", labels.join(", "))));
        }
        for port in &graph.inputs {
            let text = format!("  input {}{}", self.tensor(port.tensor), boundary(&port.boundary));
            lines.push(Line { tensors: vec![port.tensor], text, node: None });
        }
        for state in &graph.states {
            let mut text = format!("  state {} next={}", self.tensor(state.read), self.id(state.write));
            if let Some(initial) = &state.initial {
                text.push_str(" initial=");
                text.push_str(&self.value(state.read, initial));
            }
            lines.push(Line { tensors: vec![state.read], text, node: None });
        }
        let (before_nodes, before_outputs) = constants(graph);
        for ((id, node), constants) in graph.nodes().zip(before_nodes) {
            lines.extend(constants.into_iter().map(|constant| self.constant(constant)));
            lines.push(Line { node: Some(id), tensors: node.outputs.clone(), text: self.node(node) });
        }
        lines.extend(before_outputs.into_iter().map(|constant| self.constant(constant)));
        for port in &graph.outputs {
            lines.push(plain(format!("  output {}{}", self.id(port.tensor), boundary(&port.boundary))));
        }
        lines.push(plain("}".to_owned()));
        lines
    }

    fn id(&self, id: TensorId) -> String {
        match &self.numbers {
            Numbers::InOrder(numbers) if numbers.contains_key(&id) => format!("%{}", numbers[&id]),
            _ => id.to_string(),
        }
    }

    /// Id, name and type.
    fn tensor(&self, id: TensorId) -> String {
        // Broken graphs are printed too, to show what is wrong.
        if id.index() >= self.graph.tensor_count() {
            return format!("{} (does not exist)", self.id(id));
        }
        let tensor = self.graph.tensor(id);
        let mut text =
            format!("{} {}: {}{}", self.id(id), quoted(&tensor.name), tensor.ty.dtype, tensor.ty.shape);
        match &tensor.ty.quant {
            None => {}
            Some(quant) => _ = write!(text, " {}", self.quant(quant)),
        }
        text
    }

    fn quant(&self, quant: &Quant) -> String {
        match quant {
            Quant::PerAxis { axis, scales, zero_points } if scales.len() > self.limit => {
                let cut = |len: usize| len.min(self.limit);
                let (scales, zero_points) =
                    (&scales[..cut(scales.len())], &zero_points[..cut(zero_points.len())]);
                let begin = Quant::PerAxis {
                    axis: *axis,
                    scales: scales.to_vec(),
                    zero_points: zero_points.to_vec(),
                };
                format!("{}, …)", begin.to_string().trim_end_matches(')'))
            }
            quant => quant.to_string(),
        }
    }

    fn constant(&self, id: TensorId) -> Line {
        let value = self.graph.constant(id).map(|value| self.value(id, value)).unwrap_or_default();
        Line { tensors: vec![id], text: format!("  const {} = {value}", self.tensor(id)), node: None }
    }

    fn node(&self, node: &Node) -> String {
        let results: Vec<String> = node.outputs.iter().map(|&id| self.tensor(id)).collect();
        let operands = node.inputs.iter().map(|operand| operand.map_or("_".to_owned(), |id| self.id(id)));
        let operands = operands.collect::<Vec<_>>().join(", ");
        let mut text = format!("  {} = {}({operands})", results.join(", "), node.op.name());
        let attributes = node.op.attributes();
        if !attributes.0.is_empty() {
            _ = write!(text, " {attributes}");
        }
        let result = node.outputs.first().filter(|id| id.index() < self.graph.tensor_count());
        if result.is_none_or(|&id| self.graph.tensor(id).name != node.name) {
            _ = write!(text, " @{}", quoted(&node.name));
        }
        text
    }

    /// A value; its type only where it is not the tensor's.
    fn value(&self, id: TensorId, value: &Value) -> String {
        let ty = self.graph.ty(id);
        let elements = match value.data() {
            Data::F32(data) => {
                // Not by `==`: zeros of both signs are different values.
                let equal = data.iter().all(|v| v.to_bits() == data[0].to_bits());
                self.list(data.iter().map(|v| format!("{v:?}")), data.len(), equal)
            }
            Data::Bool(data) => self.list(data.iter(), data.len(), data.iter().all(|v| *v == data[0])),
            _ => {
                let data = value.integers().unwrap_or_default();
                self.list(data.iter(), data.len(), data.iter().all(|v| *v == data[0]))
            }
        };
        if value.dtype() == ty.dtype && value.shape() == &ty.shape {
            elements
        } else {
            format!("{}{} {elements}", value.dtype(), value.shape())
        }
    }

    fn list(&self, mut items: impl Iterator<Item = impl Display>, len: usize, equal: bool) -> String {
        let mut text = String::from('[');
        match items.next() {
            Some(first) if equal && len > 1 => _ = write!(text, "{first}; {len}"),
            Some(first) => {
                _ = write!(text, "{first}");
                for item in items.take(self.limit.saturating_sub(1)) {
                    _ = write!(text, ", {item}");
                }
                if len > self.limit {
                    text.push_str(", …");
                }
            }
            None => {}
        }
        text.push(']');
        text
    }
}

/// What stands behind the type of an input or output.
fn boundary(boundary: &Boundary) -> String {
    let mut text = String::new();
    if let Some(axes) = &boundary.source_axes {
        _ = write!(text, " axes={axes:?}");
    }
    if boundary.unsigned {
        text.push_str(" unsigned");
    }
    text
}
