use std::time::{Duration, Instant};

use super::forest::Test;
use super::{Combine, TreeEnsemble};
use crate::ir::{DType, Graph, Reference, Tensor, TensorType, Value};
use crate::kernel::{KernelChoice, Param};
use crate::ops::common::single;

/// The trees of a graph.
#[derive(Clone)]
struct Lists {
    nodes: Vec<[i32; 4]>,
    thresholds: Vec<f32>,
    roots: Vec<i32>,
    leaves: Vec<i32>,
    targets: Vec<i32>,
    weights: Vec<f32>,
    base: Option<Vec<f32>>,
}

/// `x0 <= 1 ? (x1 < 2 ? 1 : 2) : 3`, where NaN in `x1` takes 1.
fn lists() -> Lists {
    Lists {
        nodes: vec![[0, Test::LessOrEqual.code(false), 1, -3], [1, Test::Less.code(true), -1, -2]],
        thresholds: vec![1.0, 2.0],
        roots: vec![0],
        leaves: vec![0, 1, 2, 3],
        targets: vec![0, 0, 0],
        weights: vec![1.0, 2.0, 3.0],
        base: None,
    }
}

fn graph(lists: Lists, op: TreeEnsemble, [rows, features]: [usize; 2]) -> Graph {
    let targets = op.targets;
    let list = |value: Option<Value>| single::constant(value, None);
    let mut operands: Vec<Option<Tensor>> = vec![
        single::fed(TensorType::new(DType::F32, [rows, features])),
        list(Value::i32([lists.nodes.len(), 4], lists.nodes.into_flattened())),
        list(Value::f32([lists.thresholds.len()], lists.thresholds)),
        list(Value::i32([lists.roots.len()], lists.roots)),
        list(Value::i32([lists.leaves.len()], lists.leaves)),
        list(Value::i32([lists.targets.len()], lists.targets)),
        list(Value::f32([lists.weights.len()], lists.weights)),
    ];
    operands.extend(lists.base.map(|base| list(Value::f32([base.len()], base))));
    single::graph(op, Reference::Onnx, operands, TensorType::new(DType::F32, [rows, targets]))
}

fn sum(targets: usize) -> TreeEnsemble {
    TreeEnsemble { targets, combine: Combine::Sum }
}

#[test]
fn a_row_takes_its_way() {
    let graph = graph(lists(), sum(1), [4, 2]);
    let x = Value::f32([4, 2], vec![1.0, 1.9, 1.0, 2.0, 1.1, 0.0, 0.0, f32::NAN]).unwrap();
    assert_eq!(single::run(&graph, &[x]).as_f32(), Some([1.0, 2.0, 3.0, 1.0].as_slice()));
}

#[test]
fn the_text_holds_the_trees() {
    let graph = graph(lists(), TreeEnsemble { targets: 1, combine: Combine::Max }, [1, 2]);
    let text = crate::ir::text::print(&graph);
    assert!(text.contains("combine=max"), "{text}");
    let again = crate::ir::text::parse(&text).unwrap_or_else(|fault| panic!("{fault:?}"));
    assert_eq!(crate::ir::text::print(&again), text);
}

#[test]
fn wrong_trees_are_refused() {
    let change = |change: &dyn Fn(&mut Lists)| {
        let mut lists = lists();
        change(&mut lists);
        single::faults(&graph(lists, sum(1), [1, 2]))
    };
    assert_eq!(change(&|_| {}), "");
    type Change = dyn Fn(&mut Lists);
    let table: [(&Change, &str); 13] = [
        (&|lists| lists.nodes[1][2] = 0, "no node behind it"),
        (&|lists| lists.nodes[1][2] = 1, "no node behind it"),
        (&|lists| lists.nodes[1][2] = 2, "no node behind it"),
        (&|lists| lists.nodes[0][3] = -4, "no node behind it"),
        (&|lists| lists.nodes[0][3] = i32::MIN, "no node behind it"),
        (&|lists| lists.nodes[0][0] = 2, "asks for feature 2"),
        (&|lists| lists.nodes[0][1] = 6, "unknown number"),
        (&|lists| lists.thresholds[1] = f32::NAN, "is not a number"),
        (&|lists| lists.roots[0] = 2, "a root is"),
        (&|lists| lists.leaves[1] = 9, "share out the weights"),
        (&|lists| lists.targets[1] = -1, "a target beyond the 1"),
        (&|lists| lists.weights[1] = f32::INFINITY, "not finite"),
        (&|lists| lists.weights = vec![2e38, 1.0, 1.0], "beyond the range of f32"),
    ];
    for (number, (wrong, expected)) in table.into_iter().enumerate() {
        let faults = change(wrong);
        assert!(faults.contains(expected), "{number}: {faults}");
    }
}

#[test]
fn extremes_need_a_weight_in_each_row() {
    let mut lists = lists();
    lists.targets = vec![0, 1, 1];
    let extreme = TreeEnsemble { targets: 2, combine: Combine::Min };
    let faults = single::faults(&graph(lists, extreme, [1, 2]));
    assert!(faults.contains("has no extreme"), "{faults}");
}

/// The bytes of a parameter.
fn bytes(choice: &KernelChoice, name: &str) -> usize {
    match choice.calls[0].params.iter().find(|(own, _)| *own == name) {
        Some((_, Param::Data(blob))) => blob.bytes.len(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_does_not_matter_is_left_out() {
    let mut lists = lists();
    // Both ways of the second node lead to leaves of the same weight; one node of three words and two leaves stay.
    lists.weights = vec![1.0, 1.0, 3.0];
    let choice = single::lower(&graph(lists, sum(1), [1, 2])).unwrap();
    assert_eq!(bytes(&choice, "nodes") + bytes(&choice, "weights"), 2 * 3 + 2 * 4);
}

/// A tree in which each node's first child is a leaf, and the second the next node.
fn chain(length: usize) -> Lists {
    let node = |index: usize| {
        let next = if index + 1 < length { index as i32 + 1 } else { -1 };
        [index as i32 % 7, Test::LessOrEqual.code(false), -2, next]
    };
    Lists {
        nodes: (0..length).map(node).collect(),
        thresholds: (0..length).map(|index| index as f32 * 0.37).collect(),
        roots: vec![0],
        leaves: vec![0, 1, 2],
        targets: vec![0, 0],
        weights: vec![1.0, 2.0],
        base: None,
    }
}

#[test]
fn a_hundred_thousand_nodes_take_no_time() {
    let graph = graph(chain(100_000), sum(1), [1, 7]);
    let begin = Instant::now();
    let choice = single::lower(&graph).unwrap();
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert!(bytes(&choice, "nodes") <= 8 * 100_000);
    let x = Value::f32([1, 7], vec![f32::INFINITY; 7]).unwrap();
    assert_eq!(single::run(&graph, &[x]).as_f32(), Some([1.0].as_slice()));
}

#[test]
fn trees_that_share_nodes_without_end_are_refused() {
    // A node's children are the next two: each is written for all its parents.
    let mut lists = chain(40);
    for index in 0..38 {
        (lists.nodes[index][2], lists.nodes[index][3]) = (index as i32 + 1, index as i32 + 2);
    }
    let fault = single::lower(&graph(lists, sum(1), [1, 7])).unwrap_err();
    assert!(fault.contains("MiB"), "{fault}");
}
