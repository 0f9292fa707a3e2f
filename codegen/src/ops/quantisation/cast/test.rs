use super::Cast;
use crate::ir::{DType, Graph, Quant, Reference, TensorType, Value};
use crate::ops::common::single;

fn graph(from: TensorType) -> Graph {
    let result = TensorType::new(DType::F32, from.shape.clone());
    single::graph(Cast {}, Reference::Onnx, vec![single::fed(from)], result)
}

#[test]
fn integers_become_the_nearest_numbers() {
    let cases = [
        (Value::i16([2], vec![-7, i16::MAX]), vec![-7.0, 32767.0], "cast_i16_f32"),
        // A tie goes to the even one.
        (Value::i32([2], vec![(1 << 24) + 1, i32::MIN]), vec![16777216.0, -2147483648.0], "cast_i32_f32"),
        (Value::i64([1], vec![i64::MAX]), vec![9.223372e18], "cast_i64_f32"),
    ];
    for (value, expected, kernel) in cases {
        let value = value.unwrap();
        let graph = graph(TensorType::new(value.dtype(), value.shape().clone()));
        assert_eq!(single::run(&graph, &[value]).as_f32(), Some(expected.as_slice()));
        assert_eq!(single::lower(&graph).unwrap().calls[0].kernel, kernel);
    }
}

#[test]
fn other_operands_are_refused() {
    for dtype in [DType::F32, DType::I8, DType::Bool] {
        let faults = single::faults(&graph(TensorType::new(dtype, [2])));
        assert!(faults.contains("expected i16, i32 or i64"), "{faults}");
    }
    let scaled = TensorType::quantised(DType::I32, [2], Quant::per_tensor(0.5, 0));
    assert!(single::faults(&graph(scaled)).contains("stands for other numbers"));
}
