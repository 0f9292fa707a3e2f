//! What a concatenation requantises may join the chain before it.

use super::is_link;
use crate::ir::{DType, Graph, Node, NodeId, Op, Quant, Tensor, TensorType};
use crate::ops::movement::concat::Concat;
use crate::ops::quantisation::quantize::Quantize;

/// Puts a `quantize` in front of a concatenation's operands that it would requantise, where a chain computes them: it is the last
/// link. None if there is no such operand.
pub(super) fn split(graph: &mut Graph, id: NodeId) -> Option<()> {
    let node = graph.node(id);
    node.op.downcast::<Concat>()?;
    let quant = graph.ty(*node.outputs.first()?).quant.clone();
    let operands = node.inputs.clone();
    let mut found = None;
    for (index, operand) in operands.into_iter().enumerate() {
        let operand = operand?;
        let tensor = graph.tensor(operand);
        let requantised = tensor.ty.dtype == DType::I8 && tensor.ty.quant != quant;
        let uniform = matches!(quant, Some(Quant::PerTensor { .. }));
        // More than one place of the same concatenation counts as several readers.
        let places = graph.node(id).operands().filter(|&other| other == operand).count();
        let Some(before) = graph.producer(operand) else { continue };
        let producer = graph.node(before);
        let chained = producer.input(0).is_some_and(|first| is_link(graph, producer, first, operand));
        if !requantised || !uniform || !chained || places != 1 || graph.sole_consumer(operand) != Some(id) {
            continue;
        }
        let name = tensor.name.clone();
        let ty = TensorType { quant: quant.clone(), ..tensor.ty.clone() };
        let result = graph.add_tensor(Tensor::new(name.clone(), ty));
        let op = Op::new(Quantize { to: DType::I8 });
        let node = Node { name, op, inputs: vec![Some(operand)], outputs: vec![result] };
        graph.insert_before(id, node);
        graph.node_mut(id).inputs[index] = Some(result);
        found = Some(());
    }
    found
}
