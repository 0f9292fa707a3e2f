//! Runs of tiny graphs, computed by hand.

use super::Interpreter;
use crate::ir::text::parse;
use crate::ir::{Graph, Value};

fn graph(text: &str) -> Graph {
    let graph = parse(text).unwrap_or_else(|error| panic!("{error}"));
    crate::ir::verify(&graph).unwrap_or_else(|faults| panic!("{faults}"));
    graph
}

fn f32_value<const N: usize>(shape: [usize; N], data: &[f32]) -> Value {
    Value::f32(shape, data.to_vec()).expect("the numbers fit the shape")
}

fn i8_value<const N: usize>(shape: [usize; N], data: &[i8]) -> Value {
    Value::i8(shape, data.to_vec()).expect("the numbers fit the shape")
}

fn run_once(text: &str, input: Value) -> Value {
    let graph = graph(text);
    let mut outputs = Interpreter::new(&graph).run(&[input]).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(outputs.len(), 1);
    outputs.remove(0)
}

/// The image 1..=9, three by three.
fn nine() -> Value {
    f32_value([1, 3, 3, 1], &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
}

#[test]
fn float_convolution_with_bias_and_clamp() {
    let output = run_once(
        r#"graph "g" {
  input %0 "x": f32[1,3,3,1]
  const %1 "w": f32[1,2,2,1] = [1.0, 2.0, 3.0, 4.0]
  const %2 "b": f32[1] = [0.5]
  %3 "y": f32[1,2,2,1] = conv2d(%0, %1, %2) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[0.0, 70.0]}
  output %3
}"#,
        nine(),
    );
    // 1·1 + 2·2 + 3·4 + 4·5 = 37, then one to the right, one down, both; the last is 77.5 before the clamp.
    assert_eq!(output, f32_value([1, 2, 2, 1], &[37.5, 47.5, 67.5, 70.0]));
}

#[test]
fn float_convolution_with_padding_and_stride() {
    let output = run_once(
        r#"graph "g" {
  input %0 "x": f32[1,3,3,1]
  const %1 "w": f32[1,3,3,1] = [1.0; 9]
  %2 "y": f32[1,2,2,1] = conv2d(%0, %1, _) {stride=[2, 2], padding=[1, 1, 1, 1], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
  output %2
}"#,
        nine(),
    );
    // Each output is the sum of a corner: 1+2+4+5, 2+3+5+6, 4+5+7+8, 5+6+8+9.
    assert_eq!(output, f32_value([1, 2, 2, 1], &[12.0, 16.0, 24.0, 28.0]));
}

#[test]
fn float_convolution_with_dilation() {
    let output = run_once(
        r#"graph "g" {
  input %0 "x": f32[1,3,3,1]
  const %1 "w": f32[1,2,2,1] = [1.0, 10.0, 100.0, 1000.0]
  %2 "y": f32[1,1,1,1] = conv2d(%0, %1, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[2, 2], groups=1, clamp=[-inf, inf]}
  output %2
}"#,
        nine(),
    );
    assert_eq!(output, f32_value([1, 1, 1, 1], &[9731.0]));
}

#[test]
fn depthwise_convolution_keeps_channels_apart() {
    let output = run_once(
        r#"graph "g" {
  input %0 "x": f32[1,1,2,2]
  const %1 "w": f32[4,1,2,1] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
  %2 "y": f32[1,1,1,4] = conv2d(%0, %1, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=2, clamp=[-inf, inf]}
  output %2
}"#,
        f32_value([1, 1, 2, 2], &[1.0, 10.0, 2.0, 20.0]),
    );
    // Channel 0 is (1, 2), channel 1 is (10, 20); two filters each.
    assert_eq!(output, f32_value([1, 1, 1, 4], &[5.0, 11.0, 170.0, 230.0]));
}

/// A pointwise convolution whose multipliers are 0.5 · 0.25 / 0.25 = ½ and 0.5 · 0.5 / 0.25 = 1.
fn pointwise(reference: &str, clamp: &str) -> String {
    format!(
        r#"graph "g" reference={reference} {{
  input %0 "x": i8[1,1,4,1] q(0.5, 1)
  const %1 "w": i8[2,1,1,1] q(axis 0: 0.25 0, 0.5 0) = [5, -3]
  const %2 "b": i32[2] = [-1, 0]
  %3 "y": i8[1,1,4,2] q(0.25, -2) = conv2d(%0, %1, %2) {{stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp={clamp}}}
  output %3
}}"#
    )
}

#[test]
fn integer_convolution_rounds_as_its_reference_does() {
    // x − 1 = 2, −2, 0, 126; first accumulators 9, −11, −1, 629, halved; second −6, 6, 0, −378, kept.
    let input = i8_value([1, 1, 4, 1], &[3, -1, 1, 127]);
    // Two roundings: 4.5 → 5, −5.5 → −5, −0.5 → 0, 314.5 saturates; −378 − 2 saturates.
    let tflm = run_once(&pointwise("tflm", "[-inf, inf]"), input.clone());
    assert_eq!(tflm, i8_value([1, 1, 4, 2], &[3, -8, -7, 4, -2, -2, 127, -128]));
    // Half to even: 4.5 → 4, −5.5 → −6, −0.5 → 0.
    let onnx = run_once(&pointwise("onnx", "[-inf, inf]"), input);
    assert_eq!(onnx, i8_value([1, 1, 4, 2], &[2, -8, -8, 4, -2, -2, 127, -128]));
}

#[test]
fn integer_convolution_clamps_real_numbers() {
    let input = i8_value([1, 1, 4, 1], &[3, -1, 1, 127]);
    // ReLU6: 0.0 is −2, 6.0 is 6 / 0.25 − 2 = 22.
    let output = run_once(&pointwise("tflm", "[0.0, 6.0]"), input);
    assert_eq!(output, i8_value([1, 1, 4, 2], &[3, -2, -2, 4, -2, -2, 22, -2]));
}

#[test]
fn padding_of_an_integer_convolution_is_the_zero_point() {
    let output = run_once(
        r#"graph "g" {
  input %0 "x": i8[1,1,2,1] q(1.0, 100)
  const %1 "w": i8[1,1,3,1] q(axis 0: 1.0 0) = [1, 1, 1]
  %2 "y": i8[1,1,2,1] q(1.0, 0) = conv2d(%0, %1, _) {stride=[1, 1], padding=[0, 0, 1, 1], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
  output %2
}"#,
        i8_value([1, 1, 2, 1], &[103, 90]),
    );
    assert_eq!(output, i8_value([1, 1, 2, 1], &[-7, -7]));
}

/// `total = total + x`: the input is the bias of a convolution of the state by 1.
const TOTAL: &str = r#"graph "g" {
  input %0 "x": f32[1]
  state %1 "total": f32[1,1,1,1] next=%3 initial=[100.0]
  const %2 "one": f32[1,1,1,1] = [1.0]
  %3 "sum": f32[1,1,1,1] = conv2d(%1, %2, %0) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
  output %3
}"#;

#[test]
fn a_state_is_carried_from_run_to_run() {
    let graph = graph(TOTAL);
    let mut interpreter = Interpreter::new(&graph);
    let mut totals = Vec::new();
    for x in [1.0, 20.0, -100.0] {
        let outputs = interpreter.run(&[f32_value([1], &[x])]).expect("the input is right");
        totals.extend_from_slice(outputs[0].as_f32().expect("the output is f32"));
    }
    assert_eq!(totals, [101.0, 121.0, 21.0]);
    let outputs = Interpreter::new(&graph).run(&[f32_value([1], &[0.0])]).expect("the input is right");
    assert_eq!(outputs, [f32_value([1, 1, 1, 1], &[100.0])], "a new interpreter begins anew");
}

#[test]
fn states_are_replaced_all_at_once() {
    let graph = graph(
        r#"graph "delay by two" {
  input %0 "x": i8[1]
  state %1 "first": i8[1] next=%0
  state %2 "second": i8[1] next=%1
  output %2
}"#,
    );
    let mut interpreter = Interpreter::new(&graph);
    let mut seen = Vec::new();
    for x in 1..=5 {
        let outputs = interpreter.run(&[i8_value([1], &[x])]).expect("the input is right");
        seen.extend_from_slice(outputs[0].as_i8().expect("the output is i8"));
    }
    assert_eq!(seen, [0, 0, 1, 2, 3]);
}

#[test]
fn wrong_inputs_are_refused_and_change_no_state() {
    let graph = graph(TOTAL);
    let mut interpreter = Interpreter::new(&graph);
    let refused = |interpreter: &mut Interpreter<'_>, inputs: &[Value]| {
        interpreter.run(inputs).expect_err("the inputs are wrong").to_string()
    };
    let none = refused(&mut interpreter, &[]);
    assert_eq!(none, "error: the model has 1 inputs, 0 were given");
    let shape = refused(&mut interpreter, &[f32_value([2], &[1.0, 2.0])]);
    assert_eq!(shape, "error: got f32[2], expected f32[1]\n  at: tensor `x`");
    let dtype = refused(&mut interpreter, &[i8_value([1], &[1])]);
    assert_eq!(dtype, "error: got i8[1], expected f32[1]\n  at: tensor `x`");
    let outputs = interpreter.run(&[f32_value([1], &[1.0])]).expect("the input is right");
    assert_eq!(outputs, [f32_value([1, 1, 1, 1], &[101.0])]);
}

#[test]
fn a_graph_that_was_not_verified_is_an_error_and_not_a_panic() {
    let attributes = "{stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}";
    let text = |early: &str, shape: &str| {
        format!(
            r#"graph "g" {{
  input %0 "x": f32[1,1,1,1]
  const %1 "w": f32[1,1,1,1] = [1.0]
  %2 "a": f32[1,1,1,1] = conv2d({early}, %1, _) {attributes}
  %3 "b": f32{shape} = conv2d(%0, %1, _) {attributes}
  output %3
}}"#
        )
    };
    let error = |text: &str| {
        let graph = parse(text).unwrap_or_else(|error| panic!("{error}"));
        let result = Interpreter::new(&graph).run(&[f32_value([1, 1, 1, 1], &[1.0])]);
        result.expect_err("the graph is broken").to_string()
    };
    assert!(error(&text("%3", "[1,1,1,1]")).contains("is read before it is computed"));
    assert!(error(&text("%0", "[1,1,2,1]")).contains("at: node `b` (conv2d)"));
}

#[test]
fn an_observer_sees_inputs_states_and_results_in_order() {
    let graph = graph(TOTAL);
    let mut seen = Vec::new();
    let inputs = [f32_value([1], &[5.0])];
    let result = Interpreter::new(&graph).run_observed(&inputs, &mut |id, value| {
        seen.push((graph.tensor(id).name.clone(), value.as_f32().map(<[f32]>::to_vec)));
    });
    result.expect("the input is right");
    let expected = [("x", 5.0), ("total", 100.0), ("sum", 105.0)];
    assert_eq!(seen, expected.map(|(name, value)| (name.to_owned(), Some(vec![value]))));
}
