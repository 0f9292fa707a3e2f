//! Transpositions by hand.

use super::Transpose;
use crate::ir::interpret::Interpreter;
use crate::ir::{Graph, Shape, Value, text, verify};
use crate::kernel::{Const, Lowering};
use crate::config::Optimise;
use crate::target::Core;

fn graph(x: &str, y: &str, perm: &str) -> Graph {
    let source = format!(
        "graph \"g\" reference=tflm {{\n  input %0 \"x\": {x}\n  %1 \"y\": {y} = transpose(%0) {{perm={perm}}}\n  output %1\n}}\n"
    );
    text::parse(&source).unwrap_or_else(|fault| panic!("{fault}\n{source}"))
}

#[test]
fn rows_become_columns() {
    let graph = graph("i8[1,2,3] q(0.5, 7)", "i8[1,3,2] q(0.5, 7)", "[0, 2, 1]");
    verify(&graph).unwrap();
    let x = Value::i8([1, 2, 3], vec![1, 2, 3, 4, 5, 6]).unwrap();
    let y = Interpreter::new(&graph).run(&[x]).unwrap().remove(0);
    assert_eq!(y.as_i8().unwrap(), [1, 4, 2, 5, 3, 6]);
    let (_, node) = graph.nodes().next().unwrap();
    let call =
        node.op.lower(&Lowering { graph: &graph, node, core: Core::Portable, optimise: Optimise::default() }).unwrap().calls.remove(0);
    assert_eq!(call.kernel, "copy_strided_s8");
    assert_eq!(
        call.shape,
        [
            ("EXTENTS", Const::Dims(vec![1, 1, 1, 3, 2])),
            ("FROM", Const::Steps(vec![1, 1, 1, 1, 3])),
            ("TO", Const::Dims(vec![1, 1, 1, 2, 1])),
        ]
    );
}

#[test]
fn moving_axes_of_one_element_moves_nothing() {
    let perm = |perm: &[usize]| Transpose { perm: perm.to_vec() };
    assert!(perm(&[0, 3, 1, 2]).is_reshape(&Shape(vec![1, 5, 7, 1])));
    assert!(!perm(&[0, 3, 1, 2]).is_reshape(&Shape(vec![1, 5, 7, 2])));
    assert!(perm(&[3, 1, 0, 2]).is_reshape(&Shape(vec![1, 5, 7, 1])));
}

#[test]
fn transpositions_compose() {
    let (first, second) = (Transpose { perm: vec![2, 0, 1] }, Transpose { perm: vec![0, 2, 1] });
    let value = Value::i8([2, 3, 4], (0..24).collect()).unwrap();
    let one_by_one = value.transposed(&first.perm).unwrap().transposed(&second.perm).unwrap();
    assert_eq!(value.transposed(&second.after(&first).unwrap().perm).unwrap(), one_by_one);
    assert_eq!(second.after(&Transpose { perm: vec![1, 0] }), None);
}

#[test]
fn what_is_no_permutation_is_refused() {
    for perm in ["[0, 1]", "[0, 1, 1]", "[0, 1, 3]"] {
        let message = verify(&graph("f32[1,2,3]", "f32[1,2,3]", perm)).unwrap_err().to_string();
        assert!(
            message.contains(&format!("{perm} is not a permutation of the axes of [1,2,3]")),
            "{message}"
        );
    }
}
