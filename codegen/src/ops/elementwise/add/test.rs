//! Sums by hand: broadcasting, clamps, integers, and faults. (TFLM's own results are among the golden cases.)

use crate::ir::interpret::Interpreter;
use crate::ir::{Graph, Value, text, verify};

fn graph(a: &str, b: &str, y: &str, clamp: &str) -> Graph {
    let source = format!(
        "graph \"g\" reference=tflm {{\n  input %0 \"a\": {a}\n  input %1 \"b\": {b}\n  %2 \"y\": {y} = add(%0, %1) {{clamp={clamp}}}\n  output %2\n}}\n"
    );
    text::parse(&source).unwrap_or_else(|fault| panic!("{fault}\n{source}"))
}

fn run(graph: &Graph, a: Value, b: Value) -> Value {
    verify(graph).unwrap();
    Interpreter::new(graph).run(&[a, b]).unwrap().remove(0)
}

fn faults(graph: &Graph) -> String {
    verify(graph).unwrap_err().to_string()
}

const UNCLAMPED: &str = "[-inf, inf]";

#[test]
fn floats_broadcast_both_ways_and_are_clamped() {
    let graph = graph("f32[1,2,1]", "f32[1,3]", "f32[1,2,3]", "[0.0, 6.0]");
    let a = Value::f32([1, 2, 1], vec![1.0, -2.0]).unwrap();
    let b = Value::f32([1, 3], vec![0.5, 1.5, 7.0]).unwrap();
    assert_eq!(run(&graph, a, b).as_f32().unwrap(), [1.5, 2.5, 6.0, 0.0, 0.0, 5.0]);
}

#[test]
fn scalars_broadcast() {
    let graph = graph("f32[]", "f32[2]", "f32[2]", UNCLAMPED);
    let sum = run(&graph, Value::f32([], vec![1.0]).unwrap(), Value::f32([2], vec![2.0, 3.0]).unwrap());
    assert_eq!(sum.as_f32().unwrap(), [3.0, 4.0]);
}

#[test]
fn bytes_with_equal_scales_add_exactly() {
    // real = 0.5 (q - 10): the result is a + b - 10.
    let ty = "i8[1,4] q(0.5, 10)";
    let a = Value::i8([1, 4], vec![10, 20, 127, -128]).unwrap();
    let b = Value::i8([1, 4], vec![10, -5, 100, -100]).unwrap();
    let sum = run(&graph(ty, ty, ty, UNCLAMPED), a.clone(), b.clone());
    assert_eq!(sum.as_i8().unwrap(), [10, 5, 127, -128]);
    // 0.0 is 10, 3.0 is 16.
    let sum = run(&graph(ty, ty, ty, "[0.0, 3.0]"), a, b);
    assert_eq!(sum.as_i8().unwrap(), [10, 10, 16, 10]);
}

#[test]
fn unsigned_bytes_are_signed_bytes_moved_by_128() {
    let bytes: Vec<i8> = (-128..=127).collect();
    let moved: Vec<u8> = bytes.iter().map(|&v| (i16::from(v) + 128) as u8).collect();
    let signed = graph("i8[256,1] q(0.3, -3)", "i8[1,256] q(0.07, 50)", "i8[256,256] q(0.2, 9)", UNCLAMPED);
    let signed =
        run(&signed, Value::i8([256, 1], bytes.clone()).unwrap(), Value::i8([1, 256], bytes).unwrap());
    let unsigned =
        graph("u8[256,1] q(0.3, 125)", "u8[1,256] q(0.07, 178)", "u8[256,256] q(0.2, 137)", UNCLAMPED);
    let unsigned =
        run(&unsigned, Value::u8([256, 1], moved.clone()).unwrap(), Value::u8([1, 256], moved).unwrap());
    let expected: Vec<u8> = signed.as_i8().unwrap().iter().map(|&v| (i16::from(v) + 128) as u8).collect();
    assert_eq!(unsigned.as_u8().unwrap(), expected);
}

#[test]
fn plain_integers_add() {
    let graph = graph("i64[2]", "i64[1]", "i64[2]", UNCLAMPED);
    let sum = run(&graph, Value::i64([2], vec![5, i64::MAX]).unwrap(), Value::i64([1], vec![1]).unwrap());
    assert_eq!(sum.as_i64().unwrap(), [6, i64::MIN]);
}

#[test]
fn faults_name_what_does_not_fit() {
    let message = faults(&graph("f32[1,2]", "f32[1,3]", "f32[1,3]", UNCLAMPED));
    assert!(message.contains("the shapes [1,2] and [1,3] do not broadcast"), "{message}");
    let message = faults(&graph("f32[2]", "i8[2] q(1.0, 0)", "f32[2]", UNCLAMPED));
    assert!(message.contains("must have one element type"), "{message}");
    let message = faults(&graph("i8[2] q(1.0, 0)", "i8[2]", "i8[2] q(1.0, 0)", UNCLAMPED));
    assert!(message.contains("`b` is i8[2], but must have one scale"), "{message}");
    let message = faults(&graph("i32[2]", "i32[2]", "i32[2]", "[0.0, 6.0]"));
    assert!(message.contains("has no clamp for i32"), "{message}");
}
