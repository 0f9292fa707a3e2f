//! Every kind of fault, and that one does not hide another.

use expect_test::expect;

use super::verify;
use crate::ir::text::{parse, print_with_faults};
use crate::ir::{DType, Graph, Port, Tensor, TensorId, TensorType};

fn graph(text: &str) -> Graph {
    parse(text).unwrap_or_else(|error| panic!("{error}"))
}

/// The messages about a graph, without their places.
fn faults(graph: &Graph) -> Vec<String> {
    match verify(graph) {
        Ok(()) => Vec::new(),
        Err(faults) => faults.into_iter().map(|fault| fault.message).collect(),
    }
}

const SOUND: &str = r#"
graph "sound" {
  input %0 "x": i8[1,2,2,1] q(0.5, 1)
  state %1 "s": i8[1,1,1,1] q(0.25, -2) next=%4 initial=[7]
  const %2 "w": i8[1,2,2,1] q(axis 0: 0.25 0) = [1, 2, 3, 4]
  const %3 "b": i32[1] q(axis 0: 0.125 0) = [9]
  %4 "y": i8[1,1,1,1] q(0.25, -2) = conv2d(%0, %2, %3) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
  output %4
  output %1
}
"#;

#[test]
fn a_sound_graph_has_no_fault() {
    assert_eq!(faults(&graph(SOUND)), Vec::<String>::new());
}

#[test]
fn all_faults_are_reported_at_their_places() {
    let broken = graph(
        r#"
graph "broken" {
  input %0 "x": i8[1,2,2,1] q(0.5, 1)
  input %1 "float": f32[1] q(0.5, 0)
  input %2 "axis": i8[2,3] q(axis 2: 1.0 0, 1.0 0)
  input %3 "channels": i8[2,3] q(axis 0: 1.0 0, 1.0 0, 1.0 0)
  input %4 "scale": i8[2] q(axis 0: 1.0 0, inf 0)
  input %5 "zero": i8[1] q(0.5, 128)
  input %6 "tiny": i8[1] q(0.0, 0)
  input %7 "flag": bool[1] q(1.0, 0)
  state %8 "s": i8[1] next=%0
  const %9 "plain": i8[1,2,2,1] = [1, 2, 3, 4]
  const %10 "held": i8[1,2,2,1] q(0.5, 0) = i8[2,2] [1, 2, 3, 4]
  %11 "early": i8[1,1,1,1] q(0.25, 0) = conv2d(%12, %10, _) {stride=[2, 2], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
  %12 "big": i8[1,9,9,1] q(0.25, 0) = conv2d(%0, %10, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
  %13 "check": i8[1,1,1,1] q(0.25, 0) = conv2d(%0, %9, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
  %14 "alone": i8[1] = conv2d(%0) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
  %15 "one": i8[1,1,1,1] q(0.25, 0), %16 "two": i8[1] = conv2d(%0, %10, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
  output %15
}
"#,
    );
    let faults = verify(&broken).expect_err("the graph is full of faults");
    expect![[r#"
        graph "broken" reference=tflm {
          input %0 "x": i8[1,2,2,1] q(0.5, 1)
          input %1 "float": f32[1] q(0.5, 0)
          // ^ error: %1 is f32 and cannot be quantised
          input %2 "axis": i8[2,3] q(axis 2: 1.0 0, 1.0 0)
          // ^ error: %2 has 2 scales along axis 2 of [2,3]
          input %3 "channels": i8[2,3] q(axis 0: 1.0 0, 1.0 0, 1.0 0)
          // ^ error: %3 has 3 scales along axis 0 of [2,3]
          input %4 "scale": i8[2] q(axis 0: 1.0 0, inf 0)
          // ^ error: %4 has the scale inf at channel 1; scales are positive and finite
          input %5 "zero": i8[1] q(0.5, 128)
          // ^ error: %5 has the zero point 128, outside -128..=127
          input %6 "tiny": i8[1] q(0.0, 0)
          // ^ error: %6 has the scale 0.0 at channel 0; scales are positive and finite
          input %7 "flag": bool[1] q(1.0, 0)
          // ^ error: %7 is bool and cannot be quantised
          state %8 "s": i8[1] next=%0
          // ^ error: the state is read as i8[1] but written as i8[1,2,2,1] q(0.5, 1)
          const %10 "held": i8[1,2,2,1] q(0.5, 0) = i8[2,2] [1, 2, 3, 4]
          // ^ error: %10 is declared i8[1,2,2,1] q(0.5, 0) but holds i8[2,2]
          %11 "early": i8[1,1,1,1] q(0.25, 0) = conv2d(%12, %10, _) {stride=[2, 2], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
          // ^ error: @0 reads %12 before it is computed
          // ^ error: the result is i8[1,4,4,1], but is declared i8[1,1,1,1]
          %12 "big": i8[1,9,9,1] q(0.25, 0) = conv2d(%0, %10, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
          // ^ error: the result is i8[1,1,1,1], but is declared i8[1,9,9,1]
          const %9 "plain": i8[1,2,2,1] = [1, 2, 3, 4]
          %13 "check": i8[1,1,1,1] q(0.25, 0) = conv2d(%0, %9, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
          // ^ error: the weights `plain` are not quantised
          %14 "alone": i8[1] = conv2d(%0) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
          // ^ error: expects an image and weights
          %15 "one": i8[1,1,1,1] q(0.25, 0), %16 "two": i8[1] = conv2d(%0, %10, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, inf]}
          // ^ error: computes 1 results, but 2 are declared
          output %15
        }
    "#]].assert_eq(&print_with_faults(&broken, &faults));
}

/// What the text form cannot say.
#[test]
fn double_and_missing_definitions_are_reported() {
    let mut twice = graph(SOUND);
    let (input, weights, result) = (TensorId::new(0), TensorId::new(2), TensorId::new(4));
    twice.inputs.push(Port::from(input));
    twice.inputs.push(Port::from(weights));
    let again = twice.node(twice.order()[0]).clone();
    twice.add_node(again);
    let lost = twice.add_tensor(Tensor::new("lost", TensorType::new(DType::I8, [1])));
    twice.outputs.push(lost.into());
    assert_eq!(
        faults(&twice),
        [
            format!("{input} is defined twice, once as an input or state"),
            format!("{weights} is defined twice, once as an input or state"),
            format!("{result} is defined twice"),
            format!("the output {lost} is never computed"),
        ]
    );
}

#[test]
fn an_operand_that_does_not_exist_is_a_fault() {
    let mut broken = graph(SOUND);
    let node = broken.order()[0];
    broken.node_mut(node).inputs[2] = Some(TensorId::new(99));
    assert_eq!(faults(&broken), ["@0 reads %99, which does not exist"]);
    broken.node_mut(node).inputs[2] = None;
    broken.node_mut(node).outputs[0] = TensorId::new(98);
    broken.outputs.push(TensorId::new(97).into());
    assert_eq!(
        faults(&broken),
        ["@0 computes %98, which does not exist", "%97 is an input, output or state, but does not exist"]
    );
}

#[test]
fn states_are_computed_and_begin_with_their_type() {
    let broken = graph(&SOUND.replace("initial=[7]", "initial=i8[2] [7, 8]"));
    assert_eq!(faults(&broken), ["the state is i8[1,1,1,1] q(0.25, -2) but begins with i8[2]"]);
    let mut broken = graph(SOUND);
    let lost = broken.add_tensor(Tensor::new("lost", broken.ty(broken.states[0].read).clone()));
    broken.states[0].write = lost;
    assert_eq!(faults(&broken), [format!("the state's next value {lost} is never computed")]);
}

#[test]
fn constants_that_only_leave_are_checked_too() {
    let broken = graph("graph \"g\" {\n  const %0 \"c\": i8[1] q(-1.0, 0) = [1]\n  output %0\n}");
    assert_eq!(faults(&broken), ["%0 has the scale -1.0 at channel 0; scales are positive and finite"]);
}

#[test]
fn removing_a_node_leaves_its_readers_without_operand() {
    let mut broken = graph(SOUND);
    let node = broken.order()[0];
    let result = broken.node(node).outputs[0];
    broken.remove_node(node);
    assert!(!broken.has_node(node));
    assert!(faults(&broken).contains(&format!("the output {result} is never computed")));
}
