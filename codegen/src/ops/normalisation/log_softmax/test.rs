use super::LogSoftmax;
use crate::ir::{DType, Quant, Reference, TensorType, Value};
use crate::kernel::Const;
use crate::ops::common::single;

#[test]
fn rows_of_real_numbers() {
    let ty = TensorType::new(DType::F32, [2, 2]);
    let graph = single::graph(LogSoftmax {}, Reference::Tflm, vec![single::fed(ty.clone())], ty);
    let y = single::run(&graph, &[Value::f32([2, 2], vec![1000.0, 1000.0, 200.0, 0.0]).unwrap()]);
    let expected = [-std::f32::consts::LN_2, -std::f32::consts::LN_2, 0.0, -200.0];
    for (y, expected) in y.as_f32().unwrap().iter().zip(expected) {
        assert!((y - expected).abs() < 2e-7, "{y} for {expected}");
    }
    let call = &single::lower(&graph).unwrap().calls[0];
    assert_eq!((call.kernel, call.shape.last()), ("softmax_f32", Some(&("LOG", Const::Bool(true)))));
}

#[test]
fn has_no_integer_form() {
    let ty = TensorType::quantised(DType::I8, [2], Quant::per_tensor(0.1, 0));
    let graph = single::graph(LogSoftmax {}, Reference::Tflm, vec![single::fed(ty.clone())], ty);
    assert!(single::faults(&graph).contains("works on f32, not on i8"), "{}", single::faults(&graph));
}
