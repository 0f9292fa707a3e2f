//! Turns every chain of unary elementwise nodes from i8 to i8 into one `table`.
//!
//! A chain begins at a computed i8 tensor and ends at an i8 tensor; in between every result has one reader and does not leave
//! the graph, and may be of any type: a float function between `dequantize` and `quantize` becomes a table, too. The
//! table is what the interpreter computes for all 256 values, so the rewrite is exact by construction.
//!
//! What a concatenation requantises is requantised by the chain before it. A view between two links moves behind the second. A
//! table that changes nothing (a ReLU whose zero point is the smallest value) goes altogether.
//!
//! After this pass the only unary elementwise operator on i8 is `table`.

mod requantise;

use super::Pass;
use super::remove_identities::bypass;
use crate::diagnostic::Diagnostics;
use crate::ir::attributes::Attributes;
use crate::ir::interpret::Interpreter;
use crate::ir::{DType, Graph, Node, NodeId, Quant, Tensor, TensorId, TensorType, Value};
use crate::ops::elementwise::table::Table;

/// The pass.
pub(super) const PASS: Pass = Pass { name: "tabulate", run };

fn run(graph: &mut Graph) -> Result<(), Diagnostics> {
    for id in graph.order().to_vec() {
        requantise::split(graph, id);
    }
    while graph.order().to_vec().into_iter().any(|id| move_view(graph, id).is_some()) {}
    let mut faults = Diagnostics::default();
    for id in graph.order().to_vec() {
        if !graph.has_node(id) {
            continue;
        }
        let chain = chain_from(graph, id);
        let is_table_already = matches!(chain.as_slice(), [only] if graph.node(*only).op.is::<Table>());
        let (Some(&first), Some(&last)) = (chain.first(), chain.last()) else { continue };
        let (Some(start), Some(&end)) = (graph.node(first).input(0), graph.node(last).outputs.first()) else {
            continue;
        };
        match values(graph, &chain, start) {
            Ok(values) => {
                let identity = changes_nothing(graph, start, end, &values);
                if !is_table_already {
                    replace(graph, &chain, start, values);
                }
                if identity {
                    bypass(graph, last, start, end);
                }
            }
            Err(more) => faults.extend(more),
        }
    }
    faults.into_result(())
}

/// Swaps the view at `id` with the link that alone reads it, where a link computes what it shows.
fn move_view(graph: &mut Graph, id: NodeId) -> Option<()> {
    let view = graph.node(id);
    let (&[Some(operand)], &[viewed]) = (view.inputs.as_slice(), view.outputs.as_slice()) else {
        return None;
    };
    let reader = graph.sole_consumer(viewed)?;
    let before = graph.producer(operand)?;
    let (from, to) = (graph.ty(operand), graph.ty(viewed));
    let fits = view.op.is_view() && from.dtype == to.dtype && from.quant == to.quant;
    if !fits || graph.sole_consumer(operand) != Some(id) {
        return None;
    }
    let mut link = graph.node(reader).clone();
    let (&first, &[result]) = (graph.node(before).outputs.first()?, link.outputs.as_slice()) else {
        return None;
    };
    let producer = graph.node(before);
    let is_chain = first == operand
        && is_link(graph, producer, producer.input(0)?, operand)
        && link.input(0) == Some(viewed)
        && is_link(graph, &link, viewed, result);
    if !is_chain {
        return None;
    }
    let tensor = graph.tensor(result);
    let ty = TensorType { shape: from.shape.clone(), ..tensor.ty.clone() };
    let tensor = Tensor::new(tensor.name.clone(), ty);
    let moved = graph.add_tensor(tensor);
    link.inputs[0] = Some(operand);
    link.outputs = vec![moved];
    graph.remove_node(reader);
    graph.insert_before(id, link);
    let view = graph.node_mut(id);
    view.inputs = vec![Some(moved)];
    view.outputs = vec![result];
    Some(())
}

/// The longest chain that begins with this node; empty if there is none.
fn chain_from(graph: &Graph, first: NodeId) -> Vec<NodeId> {
    let mut chain = Vec::new();
    let mut length = 0;
    let mut next = Some(first);
    while let Some(id) = next {
        let node = graph.node(id);
        let (Some(operand), [result]) = (node.input(0), node.outputs.as_slice()) else { break };
        let fits = !chain.is_empty() || (is_byte(graph, operand) && !graph.tensor(operand).is_constant());
        if !fits || !is_link(graph, node, operand, *result) {
            break;
        }
        chain.push(id);
        if is_byte(graph, *result) {
            length = chain.len();
        }
        next = graph.sole_consumer(*result);
    }
    chain.truncate(length);
    chain
}

/// Whether the node computes each element from the element at the same place alone, and all by the same function: operators say
/// so of themselves, scales per axis may spoil it, and other operands must be known.
fn is_link(graph: &Graph, node: &Node, operand: TensorId, result: TensorId) -> bool {
    let uniform = |id: TensorId| !matches!(graph.ty(id).quant, Some(Quant::PerAxis { .. }));
    node.op.is_unary_elementwise()
        && uniform(operand)
        && uniform(result)
        && node.inputs.iter().skip(1).flatten().all(|&other| graph.tensor(other).is_constant())
}

fn is_byte(graph: &Graph, id: TensorId) -> bool {
    graph.ty(id).dtype == DType::I8
}

/// The chain's results for all values of its operand, in the order of the bit pattern.
fn values(graph: &Graph, chain: &[NodeId], start: TensorId) -> Result<Vec<i8>, Diagnostics> {
    let of_256 = |id: TensorId| {
        let tensor = graph.tensor(id);
        Tensor::new(tensor.name.clone(), TensorType { shape: [256].into(), ..tensor.ty.clone() })
    };
    let mut probe = Graph::new(graph.name.clone(), graph.reference);
    let mut current = probe.add_tensor(of_256(start));
    probe.inputs = vec![current.into()];
    for &id in chain {
        let node = graph.node(id);
        let constants = node.inputs.iter().skip(1);
        let constants: Vec<_> =
            constants.map(|id| id.map(|id| probe.add_tensor(graph.tensor(id).clone()))).collect();
        let inputs = std::iter::once(Some(current)).chain(constants).collect();
        let Some(&result) = node.outputs.first() else { continue };
        current = probe.add_tensor(of_256(result));
        probe.add_node(Node { name: node.name.clone(), op: node.op.clone(), inputs, outputs: vec![current] });
    }
    probe.outputs = vec![current.into()];
    let all = (0..=u8::MAX).map(|bits| bits as i8).collect();
    let operand: Vec<Value> = Value::i8([256], all).into_iter().collect();
    let results = Interpreter::new(&probe).run(&operand)?;
    Ok(results.first().and_then(Value::as_i8).unwrap_or_default().to_vec())
}

/// Whether the readers of `end` may read `start` instead.
fn changes_nothing(graph: &Graph, start: TensorId, end: TensorId, values: &[i8]) -> bool {
    let identity = values.iter().enumerate().all(|(bits, &value)| value as u8 as usize == bits);
    identity && graph.ty(start) == graph.ty(end)
}

/// Puts a table in the place of the chain's last node.
fn replace(graph: &mut Graph, chain: &[NodeId], start: TensorId, values: Vec<i8>) {
    let Some((&last, others)) = chain.split_last() else { return };
    let (Some(value), Ok(op)) = (Value::i8([256], values), Table::parse(&Attributes::default())) else {
        return;
    };
    let name = format!("{}/table", graph.node(last).name);
    let table = graph.add_tensor(Tensor::constant(name, value, None));
    let node = graph.node_mut(last);
    node.op = op;
    node.inputs = vec![Some(start), Some(table)];
    others.iter().for_each(|&node| graph.remove_node(node));
}
