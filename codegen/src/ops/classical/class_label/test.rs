use super::ClassLabel;
use crate::ir::{DType, Graph, Reference, TensorType, Value};
use crate::kernel::Param;
use crate::ops::common::single;

fn graph(op: ClassLabel, shape: [usize; 2]) -> Graph {
    let operands = vec![single::fed(TensorType::new(DType::F32, shape))];
    single::graph(op, Reference::Onnx, operands, TensorType::new(DType::I64, [shape[0]]))
}

fn largest(labels: Vec<i64>) -> ClassLabel {
    ClassLabel { above: false, threshold: 0.0, labels }
}

#[test]
fn the_first_of_the_largest_scores_counts() {
    let graph = graph(largest(vec![7, 5, 9]), [3, 3]);
    let x = Value::f32([3, 3], vec![0.1, 0.4, 0.4, -0.0, 0.0, -1.0, f32::NAN, 1.0, 2.0]).unwrap();
    assert_eq!(single::run(&graph, &[x]).as_i64(), Some([5, 7, 7].as_slice()));
}

#[test]
fn a_score_is_above_the_threshold_or_not() {
    let graph = graph(ClassLabel { above: true, threshold: 0.5, labels: vec![0, 1] }, [3, 1]);
    let x = Value::f32([3, 1], vec![0.5, 0.500_000_06, f32::NAN]).unwrap();
    assert_eq!(single::run(&graph, &[x]).as_i64(), Some([0, 1, 0].as_slice()));
}

#[test]
fn labels_that_count_up_take_no_table() {
    for (labels, bytes) in [(vec![3, 4, 5], 0), (vec![3, 4, 6], 24)] {
        let choice = single::lower(&graph(largest(labels), [1, 3])).unwrap();
        let Some((_, Param::Data(blob))) = choice.calls[0].params.iter().find(|(name, _)| *name == "labels") else {
            panic!("{:?}", choice.calls[0].params)
        };
        assert_eq!(blob.bytes.len(), bytes);
    }
}

#[test]
fn each_class_has_a_label() {
    let faults = single::faults(&graph(largest(vec![1, 2]), [1, 3]));
    assert!(faults.contains("has 2 labels, but 3 classes"), "{faults}");
}
