use super::Softmax;
use crate::ir::interpret::Interpreter;
use crate::ir::{DType, Graph, Quant, Reference, TensorType, Value};
use crate::kernel::{Const, Overlap, Gaps};
use crate::ops::common::single;

fn on_i8(reference: Reference, beta: f32, from: (f32, i32), to: (f32, i32)) -> Graph {
    let ty =
        |(scale, zero_point)| TensorType::quantised(DType::I8, [2, 3], Quant::per_tensor(scale, zero_point));
    single::graph(Softmax { beta }, reference, vec![single::fed(ty(from))], ty(to))
}

const TFLITE: (f32, i32) = (1.0 / 256.0, -128);

#[test]
fn rows_of_real_numbers() {
    let ty = TensorType::new(DType::F32, [2, 2]);
    let graph = single::graph(Softmax { beta: 0.5 }, Reference::Tflm, vec![single::fed(ty.clone())], ty);
    let y = single::run(&graph, &[Value::f32([2, 2], vec![1000.0, 1000.0, 2.0, 0.0]).unwrap()]);
    let expected = [0.5, 0.5, 0.731_058_6, 0.268_941_43];
    for (y, expected) in y.as_f32().unwrap().iter().zip(expected) {
        assert!((y - expected).abs() < 2e-7, "{y} for {expected}");
    }
    let choice = single::lower(&graph).unwrap();
    assert_eq!((choice.calls[0].kernel, choice.overlap(0)), ("softmax_f32", Overlap::Sliding(Gaps::BYTE_FOR_BYTE)));
}

#[test]
fn both_references() {
    // The second row is 0, ln 2 and ln 4 in hundredths (0, 69, 139): 36.5, 72.8 and 146.6 of 256.
    let x = Value::i8([2, 3], vec![5, 5, 5, -70, -1, 69]).unwrap();
    for (reference, kernel) in [(Reference::Tflm, "softmax_s8"), (Reference::Onnx, "softmax_onnx_s8")] {
        let graph = on_i8(reference, 1.0, (0.01, 5), TFLITE);
        let y = single::run(&graph, std::slice::from_ref(&x));
        assert_eq!(y.as_i8(), Some([-43, -43, -43, -91, -55, 19].as_slice()), "{kernel}");
        let call = &single::lower(&graph).unwrap().calls[0];
        assert_eq!(call.kernel, kernel);
        assert_eq!(call.shape, [("ROWS", Const::Usize(2)), ("DEPTH", Const::Usize(3))]);
    }
}

#[test]
fn onnx_takes_any_result_scale() {
    let graph = on_i8(Reference::Onnx, 1.0, (0.01, 5), (0.01, 10));
    let y = single::run(&graph, &[Value::i8([2, 3], vec![5, 5, 5, -70, -1, 69]).unwrap()]);
    // A third is 33.3 hundredths; the second row is 14.3, 28.4 and 57.3. onnxruntime takes 0.01 for a hundredth: 100 steps.
    assert_eq!(y.as_i8(), Some([43, 43, 43, 24, 38, 67].as_slice()));
}

#[test]
fn tflite_has_one_result_scale_and_a_smallest_operand_scale() {
    let refused = |from, to| {
        let graph = on_i8(Reference::Tflm, 1.0, from, to);
        let x = Value::i8([2, 3], vec![0; 6]).unwrap();
        let fault = Interpreter::new(&graph).run(&[x]).unwrap_err().to_string();
        assert!(fault.ends_with(&single::lower(&graph).unwrap_err()) || fault.contains("TFLite"), "{fault}");
        fault
    };
    assert!(refused((0.01, 0), (0.01, 0)).contains("q(0.00390625, -128)"));
    assert!(refused((1e-9, 0), TFLITE).contains("too small"));
}

#[test]
fn faults_name_what_does_not_fit() {
    let graph = on_i8(Reference::Tflm, -1.0, (0.01, 0), TFLITE);
    assert!(single::faults(&graph).contains("beta is -1.0"), "{}", single::faults(&graph));
    let empty = TensorType::new(DType::F32, [2, 0]);
    let graph =
        single::graph(Softmax { beta: 1.0 }, Reference::Tflm, vec![single::fed(empty.clone())], empty);
    assert!(single::faults(&graph).contains("no elements"), "{}", single::faults(&graph));
}
