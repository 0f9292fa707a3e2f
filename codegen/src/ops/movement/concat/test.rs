//! Concatenations by hand.

use crate::ir::interpret::Interpreter;
use crate::ir::{Graph, Value, text, verify};
use crate::kernel::{Const, Lowering, Operand};
use crate::config::Optimise;
use crate::target::Core;

fn parse(source: &str) -> Graph {
    text::parse(source).unwrap_or_else(|fault| panic!("{fault}\n{source}"))
}

/// Two operands of two columns and one column, the second with its own scale, and a constant row between them.
fn requantised(reference: &str) -> Graph {
    let source = format!(
        "graph \"g\" reference={reference} {{
  input %0 \"a\": i8[2,2] q(0.5, 0)
  input %1 \"b\": i8[2,1] q(0.25, 2)
  const %2 \"c\": i8[2,1] q(1.0, -1) = [3, -5]
  %3 \"y\": i8[2,4] q(0.5, 0) = concat(%0, %2, %1) {{axis=1}}
  output %3
}}
"
    );
    let graph = parse(&source);
    verify(&graph).unwrap();
    graph
}

#[test]
fn operands_of_other_scales_are_requantised_by_the_references_rounding() {
    let a = Value::i8([2, 2], vec![1, 2, 3, 4]).unwrap();
    // 2.5 and -2.5 steps of the result.
    let b = Value::i8([2, 1], vec![7, -3]).unwrap();
    let run =
        |reference| Interpreter::new(&requantised(reference)).run(&[a.clone(), b.clone()]).unwrap().remove(0);
    assert_eq!(run("tflm").as_i8().unwrap(), [1, 2, 8, 3, 3, 4, -8, -2]);
    assert_eq!(run("onnx").as_i8().unwrap(), [1, 2, 8, 2, 3, 4, -8, -2]);
}

#[test]
fn every_operand_gets_a_copy_of_its_own() {
    let graph = requantised("onnx");
    let (_, node) = graph.nodes().next().unwrap();
    let calls = node.op.lower(&Lowering { graph: &graph, node, core: Core::Portable, optimise: Optimise::default() }).unwrap().calls;
    let kernels: Vec<_> = calls.iter().map(|call| call.kernel).collect();
    assert_eq!(kernels, ["copy_strided_s8", "copy_constant_strided_s8", "lookup_strided_s8"]);
    assert_eq!(calls[1].operands, [("OUTPUT", Operand::Output { index: 0, offset: 2 })]);
    assert_eq!(calls[2].operands[1], ("OUTPUT", Operand::Output { index: 0, offset: 3 }));
    assert!(calls[0].shape.contains(&("TO", Const::Dims(vec![1, 1, 1, 4, 1]))), "{:?}", calls[0].shape);
}

#[test]
fn floats_join_along_the_first_axis() {
    let graph = parse(
        "graph \"g\" reference=tflm {
  input %0 \"a\": f32[1,2]
  %1 \"y\": f32[2,2] = concat(%0, %0) {axis=0}
  output %1
}
",
    );
    verify(&graph).unwrap();
    let a = Value::f32([1, 2], vec![1.5, 2.5]).unwrap();
    let joined = Interpreter::new(&graph).run(&[a]).unwrap().remove(0);
    assert_eq!(joined.as_f32().unwrap(), [1.5, 2.5, 1.5, 2.5]);
}

#[test]
fn faults_name_what_does_not_fit() {
    let faults = |operands: &str, axis: usize| {
        let graph = parse(&format!(
            "graph \"g\" reference=tflm {{
  input %0 \"a\": f32[2,2]
  input %1 \"b\": f32[2,3]
  input %2 \"c\": i32[2,2] q(0.5, 0)
  input %3 \"d\": i32[2,2]
  %4 \"y\": f32[2,5] = concat({operands}) {{axis={axis}}}
  output %4
}}
"
        ));
        verify(&graph).unwrap_err().to_string()
    };
    let message = faults("%0, %1", 0);
    assert!(message.contains("cannot join f32[2,2] and f32[2,3] along axis 0"), "{message}");
    assert!(faults("%0, %3", 1).contains("cannot join f32[2,2] and i32[2,2]"));
    assert!(faults("%0, %1", 2).contains("[2,2] has no axis 2"));
    assert!(faults("%0, _", 1).contains("an operand is missing"));
    assert!(faults("%2, %2", 1).contains("cannot requantise i32 (`c`)"));
}
