//! Differences by hand, and the kernels that are chosen. (TFLM's own results are among the golden cases.)

use crate::ir::interpret::Interpreter;
use crate::ir::{Graph, Value, text, verify};
use crate::kernel::{Const, KernelCall, Lowering, Operand, Overlap, Gaps};
use crate::config::Optimise;
use crate::target::Core;

/// `x - constant` or `constant - x`, under a reference.
fn graph(reference: &str, expression: &str) -> Graph {
    let source = format!(
        "graph \"g\" reference={reference} {{
  input %0 \"x\": i8[1,2,2] q(0.5, 0)
  const %1 \"c\": i8[2] q(0.5, -1) = [3, -5]
  %2 \"y\": i8[1,2,2] q(0.5, 0) = sub({expression}) {{clamp=[-inf, inf]}}
  output %2
}}
"
    );
    let graph = text::parse(&source).unwrap_or_else(|fault| panic!("{fault}\n{source}"));
    verify(&graph).unwrap();
    graph
}

fn run(graph: &Graph) -> Value {
    let x = Value::i8([1, 2, 2], vec![0, 1, 100, -128]).unwrap();
    Interpreter::new(graph).run(&[x]).unwrap().remove(0)
}

fn kernel(graph: &Graph) -> KernelCall {
    let (_, node) = graph.nodes().next().unwrap();
    node.op.lower(&Lowering { graph, node, core: Core::Portable, optimise: Optimise::default() }).unwrap().calls.remove(0)
}

#[test]
fn the_order_of_the_operands_counts_under_every_reference() {
    for reference in ["tflm", "litert", "onnx"] {
        // The constant stands for 4 and -4 steps.
        assert_eq!(run(&graph(reference, "%0, %1")).as_i8().unwrap(), [-4, 5, 96, -124], "{reference}");
        assert_eq!(run(&graph(reference, "%1, %0")).as_i8().unwrap(), [4, -5, -96, 124], "{reference}");
    }
}

#[test]
fn constants_are_in_flash_and_the_operand_may_be_overwritten() {
    let call = kernel(&graph("tflm", "%1, %0"));
    assert_eq!(call.kernel, "linear_constant_s8");
    assert_eq!(call.operands, [("INPUT", Operand::input(1)), ("OUTPUT", Operand::output(0))]);
    assert_eq!(call.overlap, [(1, Overlap::Sliding(Gaps::BYTE_FOR_BYTE))]);
    assert!(call.shape.contains(&("INPUT_1", Const::Dims(vec![1, 1, 1, 2]))), "{:?}", call.shape);
    assert!(call.shape.contains(&("CONSTANT_FIRST", Const::Bool(true))), "{:?}", call.shape);
    assert_eq!(kernel(&graph("onnx", "%0, %1")).kernel, "linear_constant_s8");
}
