use super::Cast;
use crate::ir::{DType, Graph, Quant, Reference, TensorType, Value};
use crate::ops::common::single;

fn graph(from: TensorType, to: DType) -> Graph {
    let result = TensorType::new(to, from.shape.clone());
    single::graph(Cast { to }, Reference::Onnx, vec![single::fed(from)], result)
}

#[test]
fn numbers_keep_their_value() {
    let cases = [
        (Value::i16([2], vec![-7, i16::MAX]), Value::f32([2], vec![-7.0, 32767.0]), "cast_i16_f32"),
        // A tie goes to the even one.
        (
            Value::i32([2], vec![(1 << 24) + 1, i32::MIN]),
            Value::f32([2], vec![16777216.0, -2147483648.0]),
            "cast_i32_f32",
        ),
        (Value::i64([1], vec![i64::MAX]), Value::f32([1], vec![9.223372e18]), "cast_i64_f32"),
        (Value::f32([3], vec![-1.9, 3e9, f32::NAN]), Value::i32([3], vec![-1, i32::MAX, 0]), "cast_f32_i32"),
        (Value::i64([2], vec![257, -1]), Value::u8([2], vec![1, 255]), "cast_i64_u8"),
        (Value::f32([3], vec![0.25, -0.0, f32::NAN]), Value::bool([3], vec![true, false, true]), "cast_f32_bool"),
        (Value::bool([2], vec![true, false]), Value::i64([2], vec![1, 0]), "cast_bool_i64"),
    ];
    for (value, expected, kernel) in cases {
        let (value, expected) = (value.unwrap(), expected.unwrap());
        let graph = graph(TensorType::new(value.dtype(), value.shape().clone()), expected.dtype());
        assert_eq!(single::run(&graph, &[value]), expected);
        assert_eq!(single::lower(&graph).unwrap().calls[0].kernel, kernel);
    }
}

#[test]
fn other_operands_are_refused() {
    let faults = single::faults(&graph(TensorType::new(DType::I4, [2]), DType::F32));
    assert!(faults.contains("does not cast i4 to f32"), "{faults}");
    let scaled = TensorType::quantised(DType::I32, [2], Quant::per_tensor(0.5, 0));
    assert!(single::faults(&graph(scaled, DType::F32)).contains("stands for other numbers"));
}
