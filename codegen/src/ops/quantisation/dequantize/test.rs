use super::Dequantize;
use crate::ir::{DType, Quant, Reference, TensorType, Value};
use crate::ops::common::single;

fn graph(from: TensorType) -> crate::ir::Graph {
    let result = TensorType::new(DType::F32, from.shape.clone());
    single::graph(Dequantize {}, Reference::Tflm, vec![single::fed(from)], result)
}

#[test]
fn one_scale() {
    let graph = graph(TensorType::quantised(DType::I8, [3], Quant::per_tensor(0.5, 2)));
    let y = single::run(&graph, &[Value::i8([3], vec![-128, 2, 127]).unwrap()]);
    assert_eq!(y.as_f32(), Some([-65.0, 0.0, 62.5].as_slice()));
    assert_eq!(single::lower(&graph).unwrap().calls[0].kernel, "dequantize_s8");
}

#[test]
fn scales_per_axis() {
    let graph = graph(TensorType::quantised(DType::I8, [2, 2], Quant::symmetric(0, vec![0.5, 2.0])));
    let y = single::run(&graph, &[Value::i8([2, 2], vec![1, 2, 3, 4]).unwrap()]);
    assert_eq!(y.as_f32(), Some([0.5, 1.0, 6.0, 8.0].as_slice()));
    assert!(single::lower(&graph).unwrap_err().contains("must have one scale"));
}

#[test]
fn faults_name_what_does_not_fit() {
    let plain = graph(TensorType::new(DType::I8, [2]));
    assert!(single::faults(&plain).contains("has no scale"), "{}", single::faults(&plain));
    let real = graph(TensorType::new(DType::F32, [2]));
    assert!(single::faults(&real).contains("not quantised"), "{}", single::faults(&real));
}
