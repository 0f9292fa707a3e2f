use super::Quantize;
use crate::ir::{Attributes, DType, Quant, Reference, TensorType, Value};
use crate::kernel::{Const, Overlap, Gaps};
use crate::ops::common::single;

fn ty(dtype: DType, scale: f32, zero_point: i32) -> TensorType {
    TensorType::quantised(dtype, [4], Quant::per_tensor(scale, zero_point))
}

fn graph(reference: Reference, from: TensorType, to: TensorType) -> crate::ir::Graph {
    single::graph(Quantize { to: to.dtype }, reference, vec![single::fed(from)], to)
}

#[test]
fn ties_and_the_ends_of_the_range() {
    let reals = TensorType::new(DType::F32, [4]);
    let y = |reference| {
        let graph = graph(reference, reals.clone(), ty(DType::I8, 0.5, 3));
        single::run(&graph, &[Value::f32([4], vec![0.25, -0.25, 1e9, f32::NEG_INFINITY]).unwrap()])
    };
    assert_eq!(y(Reference::Tflm).as_i8(), Some([4, 2, 127, -128].as_slice()));
    assert_eq!(y(Reference::Onnx).as_i8(), Some([3, 3, 127, -128].as_slice()));
}

#[test]
fn scales_per_axis() {
    let to = TensorType::quantised(DType::I8, [2, 2], Quant::symmetric(1, vec![0.5, 0.25]));
    let graph = graph(Reference::Onnx, TensorType::new(DType::F32, [2, 2]), to);
    let y = single::run(&graph, &[Value::f32([2, 2], vec![1.0, 1.0, 2.0, 2.0]).unwrap()]);
    assert_eq!(y.as_i8(), Some([2, 4, 4, 8].as_slice()));
}

#[test]
fn between_integers() {
    let y = |reference| {
        let graph = graph(reference, ty(DType::I8, 0.5, 1), ty(DType::I8, 1.0, -2));
        single::run(&graph, &[Value::i8([4], vec![1, 2, 4, 127]).unwrap()])
    };
    // 0, 0.5, 1.5 and 63 steps.
    assert_eq!(y(Reference::Tflm).as_i8(), Some([-2, -1, 0, 61].as_slice()));
    assert_eq!(y(Reference::Onnx).as_i8(), Some([-2, -2, 0, 61].as_slice()));
    let to_u8 = graph(Reference::Onnx, ty(DType::I8, 0.5, -128), ty(DType::U8, 0.5, 0));
    let y = single::run(&to_u8, &[Value::i8([4], vec![-128, -1, 0, 127]).unwrap()]);
    assert_eq!(y.as_u8(), Some([0, 127, 128, 255].as_slice()));
}

#[test]
fn kernels() {
    let reals = TensorType::new(DType::F32, [4]);
    let choice = single::lower(&graph(Reference::Onnx, reals.clone(), ty(DType::I8, 0.5, 3))).unwrap();
    assert_eq!((choice.calls[0].kernel, choice.overlap(0)), ("quantize_s8", Overlap::Sliding(Gaps { forward: Some(-3), backward: None })));
    assert!(choice.calls[0].shape.contains(&("ROUNDING", Const::Variant("Rounding::HalfEven"))));
    let fault = |from, to| single::lower(&graph(Reference::Tflm, from, to)).unwrap_err();
    assert!(fault(ty(DType::I8, 0.5, 0), ty(DType::I8, 0.5, 1)).contains("tabulate"));
    assert!(fault(reals, ty(DType::I16, 0.5, 0)).contains("from f32 to i16"));
}

#[test]
fn the_attribute_is_optional() {
    let attributes = |op: crate::ir::Op| op.attributes().to_string();
    assert_eq!(attributes(Quantize::parse(&Attributes::default()).unwrap()), "{to=i8}");
    let printed = crate::ir::Operator::attributes(&Quantize { to: DType::U8 });
    assert_eq!(attributes(Quantize::parse(&printed).unwrap()), "{to=u8}");
}

#[test]
fn a_result_without_scale_is_a_fault() {
    let reals = TensorType::new(DType::F32, [4]);
    let graph = graph(Reference::Tflm, reals, TensorType::new(DType::I8, [4]));
    assert!(single::faults(&graph).contains("has no scale"), "{}", single::faults(&graph));
}
