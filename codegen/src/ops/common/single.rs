//! Graphs of one node, for the operators' tests.

use crate::config::Optimise;
use crate::ir::interpret::Interpreter;
use crate::ir::{Fault, Graph, Node, Op, Operator, Quant, Reference, Tensor, TensorType, Value, verify};
use crate::kernel::{KernelChoice, Lowering};
use crate::target::Core;

/// An operand that is fed.
pub(crate) fn fed(ty: TensorType) -> Option<Tensor> {
    Some(Tensor::new("x", ty))
}

/// A constant operand.
pub(crate) fn constant(value: Option<Value>, quant: Option<Quant>) -> Option<Tensor> {
    Some(Tensor::constant("constant", value.expect("as many elements as the shape has"), quant))
}

/// The graph with one node; operands that are not constant are the graph's inputs, in order.
pub(crate) fn graph(
    op: impl Operator,
    reference: Reference,
    operands: Vec<Option<Tensor>>,
    result: TensorType,
) -> Graph {
    let mut graph = Graph::new("single", reference);
    let mut inputs = Vec::new();
    for operand in operands {
        inputs.push(operand.map(|tensor| {
            let is_fed = !tensor.is_constant();
            let id = graph.add_tensor(tensor);
            if is_fed {
                graph.inputs.push(id.into());
            }
            id
        }));
    }
    let output = graph.add_tensor(Tensor::new("y", result));
    graph.outputs.push(output.into());
    graph.add_node(Node { name: "node".to_owned(), op: Op::new(op), inputs, outputs: vec![output] });
    graph
}

/// The result for these inputs; the graph must be sound.
pub(crate) fn run(graph: &Graph, inputs: &[Value]) -> Value {
    if let Err(faults) = verify(graph) {
        panic!("{faults}");
    }
    let outputs = Interpreter::new(graph).run(inputs).unwrap_or_else(|fault| panic!("{fault}"));
    outputs.into_iter().next().expect("one result")
}

/// What the verifier says.
pub(crate) fn faults(graph: &Graph) -> String {
    verify(graph).err().map(|faults| faults.to_string()).unwrap_or_default()
}

/// The node's kernel.
pub(crate) fn lower(graph: &Graph) -> Result<KernelChoice, Fault> {
    let (_, node) = graph.nodes().next().expect("one node");
    node.op.lower(&Lowering { graph, node, core: Core::Portable, optimise: Optimise::default() })
}
