//! Products by hand, and the axes that the kernels see. (TFLM's own results are among the golden cases.)

use crate::ir::interpret::Interpreter;
use crate::ir::{Fault, Graph, Value, text, verify};
use crate::kernel::{Const, KernelCall, Lowering, Overlap, Gaps};
use crate::config::Optimise;
use crate::target::Core;

fn graph(a: &str, b: &str, y: &str) -> Graph {
    let source = format!(
        "graph \"g\" reference=onnx {{\n  input %0 \"a\": {a}\n  input %1 \"b\": {b}\n  %2 \"y\": {y} = mul(%0, %1) {{clamp=[-inf, inf]}}\n  output %2\n}}\n"
    );
    let graph = text::parse(&source).unwrap_or_else(|fault| panic!("{fault}\n{source}"));
    verify(&graph).unwrap();
    graph
}

fn product() -> (&'static str, Const) {
    ("FUNCTION", Const::Variant("BinaryFunction::Mul"))
}

fn kernel(graph: &Graph) -> Result<KernelCall, Fault> {
    let (_, node) = graph.nodes().next().unwrap();
    Ok(node.op.lower(&Lowering { graph, node, core: Core::Portable, optimise: Optimise::default() })?.calls.remove(0))
}

#[test]
fn products_round_half_to_even_under_onnx() {
    let graph = graph("i8[5] q(0.5, 0)", "i8[1] q(1.0, 0)", "i8[5] q(1.0, 0)");
    let a = Value::i8([5], vec![1, 3, 5, -1, -3]).unwrap();
    let b = Value::i8([1], vec![1]).unwrap();
    let product = Interpreter::new(&graph).run(&[a, b]).unwrap().remove(0);
    assert_eq!(product.as_i8().unwrap(), [0, 2, 2, 0, -2]);
}

#[test]
fn only_operands_of_the_results_extents_may_be_overwritten() {
    let call = kernel(&graph("f32[1,4,3,5]", "f32[5]", "f32[1,4,3,5]")).unwrap();
    assert_eq!((call.kernel, call.overlap.as_slice()), ("binary_f32", &[(0, Overlap::Sliding(Gaps::BYTE_FOR_BYTE)), (1, Overlap::Sliding(Gaps::APART))][..]));
    assert_eq!(
        call.shape,
        [("OUTPUT", Const::Dims(vec![1, 4, 3, 5])), product(), ("INPUT_2", Const::Dims(vec![1, 1, 1, 5])),]
    );
}

#[test]
fn more_axes_than_four_are_joined_where_the_operands_repeat_alike() {
    let call = kernel(&graph("f32[2,3,1,5,6,7]", "f32[5,6,1]", "f32[2,3,1,5,6,7]")).unwrap();
    assert_eq!(
        call.shape,
        [("OUTPUT", Const::Dims(vec![1, 6, 30, 7])), product(), ("INPUT_2", Const::Dims(vec![1, 1, 30, 1])),]
    );
    let alternating = graph("f32[2,1,2,1,2]", "f32[1,2,1,2,1]", "f32[2,2,2,2,2]");
    let (_, node) = alternating.nodes().next().unwrap();
    let lowering =
        Lowering { graph: &alternating, node, core: Core::Portable, optimise: Optimise::default() };
    assert_eq!(node.op.lower(&lowering).unwrap().calls.len(), 2);
}
