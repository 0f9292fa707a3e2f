//! Printing and parsing: what a text looks like, and round trips.

mod malformed;
mod random;

use expect_test::expect;

use super::{parse, print, print_brief, print_with_faults};
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::verify::verify;
use crate::ir::{
    Attribute, Attributes, Boundary, DType, Graph, Node, Port, Quant, Reference, Shape, State, Tensor,
    TensorId, TensorType, Value,
};
use crate::ops;

/// The operator that stands for any: how attributes print does not depend on whose they are.
fn convolution(stride: [i64; 2], clamp: [f32; 2]) -> crate::ir::Op {
    let ints = |values: &[i64]| Attribute::List(values.iter().map(|&v| Attribute::Int(v)).collect());
    let attributes = Attributes(vec![
        ("stride".to_owned(), ints(&stride)),
        ("padding".to_owned(), ints(&[0; 4])),
        ("dilation".to_owned(), ints(&[1; 2])),
        ("groups".to_owned(), Attribute::Int(1)),
        ("clamp".to_owned(), Attribute::List(clamp.map(Attribute::Float).to_vec())),
    ]);
    let descriptor = ops::by_name("conv2d").expect("convolutions are an operator");
    (descriptor.parse)(&attributes).expect("these are the attributes of a convolution")
}

/// A graph with one of everything; ids are not in the order of the text, and one tensor is not used.
fn sample() -> Graph {
    let mut graph = Graph::new("two \"words\"", Reference::Onnx);
    let ty = |scale| TensorType::quantised(DType::I8, [1, 2, 1, 1], Quant::per_tensor(scale, -3));
    let output = graph.add_tensor(Tensor::new("out\n", ty(0.25)));
    graph.add_tensor(Tensor::new("unused", ty(1.0)));
    let bias = Value::i32([1], vec![70_000]).expect("one element");
    let bias = graph.add_tensor(Tensor::constant("b", bias, Some(Quant::symmetric(0, vec![0.05]))));
    let weights = Value::i8([1, 1, 1, 1], vec![-128]).expect("one element");
    let weights = graph.add_tensor(Tensor::constant("w", weights, Some(Quant::symmetric(0, vec![0.1]))));
    let input = graph.add_tensor(Tensor::new("in", ty(0.5)));
    let hidden = graph.add_tensor(Tensor::new("hidden", ty(0.25)));
    let op = convolution([1, 1], [f32::NEG_INFINITY, 6.0]);
    let inputs = vec![Some(input), Some(weights), Some(bias)];
    graph.add_node(Node { name: "conv".to_owned(), op: op.clone(), inputs, outputs: vec![output] });
    let next = graph.add_tensor(Tensor::new("next", ty(0.25)));
    let inputs = vec![Some(hidden), Some(weights), None];
    graph.add_node(Node { name: "next".to_owned(), op, inputs, outputs: vec![next] });
    let boundary = Boundary { source_axes: Some(vec![0, 3, 1, 2]), unsigned: true };
    graph.inputs.push(Port { tensor: input, boundary });
    graph.outputs.push(output.into());
    let initial = Value::i8([1, 2, 1, 1], vec![-3, -3]);
    graph.states.push(State { read: hidden, write: next, initial });
    graph.labels = vec!["yes".to_owned(), "no, \\ never".to_owned()];
    graph
}

const SAMPLE: &str = r#"graph "two \"words\"" reference=onnx {
  labels "yes", "no, \\ never"
  input %0 "in": i8[1,2,1,1] q(0.5, -3) axes=[0, 3, 1, 2] unsigned
  state %1 "hidden": i8[1,2,1,1] q(0.25, -3) next=%5 initial=[-3; 2]
  const %2 "w": i8[1,1,1,1] q(axis 0: 0.1 0) = [-128]
  const %3 "b": i32[1] q(axis 0: 0.05 0) = [70000]
  %4 "out\n": i8[1,2,1,1] q(0.25, -3) = conv2d(%0, %2, %3) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, 6.0]} @"conv"
  %5 "next": i8[1,2,1,1] q(0.25, -3) = conv2d(%1, %2, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, 6.0]}
  output %4
}
"#;

#[test]
fn prints_what_is_used_in_order() {
    assert_eq!(print(&sample()), SAMPLE);
}

#[test]
fn reads_what_it_prints() {
    let parsed = parse(SAMPLE).expect("a printed text parses");
    assert_eq!(print(&parsed), SAMPLE);
    assert_same(&sample(), &parsed);
    for (id, name) in parsed.tensor_ids().zip(["in", "hidden", "w", "b", "out\n", "next"]) {
        assert_eq!(parsed.tensor(id).name, name, "ids are the numbers of the text");
    }
    verify(&parsed).expect("the sample is sound");
}

#[test]
fn reads_other_blanks_comments_and_numbers() {
    let dense = SAMPLE
        .replace("\n  ", " ")
        .replace("%5", "%500")
        .replace("input", "// a comment with \" in it\r\n\tinput");
    let parsed = parse(&dense).expect("only blanks and numbers differ");
    assert_eq!(print(&parsed), SAMPLE);
}

#[test]
fn keeps_every_kind_of_constant() {
    for constant in [
        r#"f32[4] = [1.0, -0.0, inf, -inf]"#,
        r#"f32[2] = [0.0, -0.0]"#,
        r#"f32[2] = [NaN; 2]"#,
        r#"f32[3] = [1e-45, 3.4028235e38, 0.1]"#,
        r#"i8[2] q(axis 0: 1.0 0, 1e-10 5) = [-128, 127]"#,
        r#"u8[2] q(0.003921569, 128) = [0, 255]"#,
        r#"i16[2] = [-32768, 32767]"#,
        r#"i32[2] = [-2147483648, 2147483647]"#,
        r#"i64[2] = [-9223372036854775808, 9223372036854775807]"#,
        r#"i4[2] = [-8, 7]"#,
        r#"bool[3] = [true, false, true]"#,
        r#"bool[2] = [true; 2]"#,
        r#"i8[] = [5]"#,
        r#"i8[2,0] = []"#,
        r#"i8[3] = i32[2] [1, 2]"#,
    ] {
        let text = format!("graph \"g\" reference=tflm {{\n  const %0 \"c\": {constant}\n  output %0\n}}\n");
        let parsed = parse(&text).unwrap_or_else(|error| panic!("{constant}: {error}"));
        assert_eq!(print(&parsed), text);
    }
}

#[test]
fn a_brief_text_leaves_out_long_lists_and_cannot_be_read() {
    let mut graph = Graph::new("g", Reference::Tflm);
    let value = Value::i8([3, 4], (0..12).collect()).expect("twelve elements");
    let long = Quant::symmetric(1, (1..=12).map(|scale| scale as f32).collect());
    let constant = graph.add_tensor(Tensor::constant("c", value, Some(long)));
    graph.outputs.push(constant.into());
    let brief = print_brief(&graph);
    expect![[r#"
        graph "g" reference=tflm {
          const %0 "c": i8[3,4] q(axis 1: 1.0 0, 2.0 0, 3.0 0, 4.0 0, 5.0 0, 6.0 0, 7.0 0, 8.0 0, …) = [0, 1, 2, 3, 4, 5, 6, 7, …]
          output %0
        }
    "#]]
    .assert_eq(&brief);
    let error = parse(&brief).expect_err("something is left out");
    assert!(error.help.is_some_and(|help| help.contains("in brief")));
    assert_same(&graph, &parse(&print(&graph)).expect("the complete text parses"));
}

#[test]
fn faults_stand_under_their_lines() {
    let mut graph = sample();
    let (output, weights, bias) = (TensorId::new(0), TensorId::new(3), TensorId::new(2));
    graph.tensor_mut(output).ty.shape = Shape::from([7]);
    graph.tensor_mut(weights).ty.quant = Some(Quant::per_tensor(-1.0, 0));
    graph.tensor_mut(bias).ty.dtype = DType::I64;
    let mut faults = verify(&graph).expect_err("three tensors are broken");
    faults.push(Diagnostic::warning("about nothing in particular").help_lines(["no", "help"]));
    expect![[r#"
        graph "two \"words\"" reference=onnx {
          labels "yes", "no, \\ never"
          input %4 "in": i8[1,2,1,1] q(0.5, -3) axes=[0, 3, 1, 2] unsigned
          state %5 "hidden": i8[1,2,1,1] q(0.25, -3) next=%6 initial=[-3; 2]
          const %3 "w": i8[1,1,1,1] q(-1.0, 0) = [-128]
          // ^ error: %3 has the scale -1.0 at channel 0; scales are positive and finite
          const %2 "b": i64[1] q(axis 0: 0.05 0) = i32[1] [70000]
          // ^ error: %2 is declared i64[1] q(axis 0: 0.05 0) but holds i32[1]
          %0 "out\n": i8[7] q(0.25, -3) = conv2d(%4, %3, %2) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, 6.0]} @"conv"
          // ^ error: the result is i8[1,2,1,1], but is declared i8[7]
          // ^ error: the bias `b` is i64, expected i32
          %6 "next": i8[1,2,1,1] q(0.25, -3) = conv2d(%5, %3, _) {stride=[1, 1], padding=[0, 0, 0, 0], dilation=[1, 1], groups=1, clamp=[-inf, 6.0]}
          output %0
        }
        // warning: about nothing in particular
        //   help: no
        //         help
    "#]]
    .assert_eq(&print_with_faults(&graph, &faults));
}

#[test]
fn a_fault_with_an_ambiguous_name_stands_at_the_id_that_it_names() {
    let mut graph = Graph::new("g", Reference::Tflm);
    let ids = [0, 1, 2].map(|_| graph.add_tensor(Tensor::new("twin", TensorType::new(DType::F32, [1]))));
    graph.inputs.extend(ids.map(Port::from));
    let fault = Diagnostic::error("%1 is wrong, unlike %10").at(Place::tensor("twin"));
    let text = print_with_faults(&graph, &Diagnostics::from(fault));
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[3], "  // ^ error: %1 is wrong, unlike %10");
    assert!(lines[2].starts_with("  input %1 "));
}

#[test]
fn broken_graphs_print() {
    let mut graph = Graph::new("g", Reference::Tflm);
    let missing = TensorId::new(9);
    let op = convolution([1, 1], [0.0, 1.0]);
    graph.add_node(Node {
        name: "n".to_owned(),
        op,
        inputs: vec![Some(missing), None],
        outputs: vec![missing],
    });
    graph.add_node(Node { inputs: vec![], outputs: vec![], ..graph.node(graph.order()[0]).clone() });
    graph.inputs.push(missing.into());
    graph.outputs.push(missing.into());
    graph.states.push(State { read: missing, write: missing, initial: None });
    assert!(print(&graph).contains("%0 (does not exist)"));
    assert!(print_with_faults(&graph, &Diagnostics::default()).contains("%9 (does not exist)"));
}

/// Structural equality up to the numbers of tensors and to tensors that are not used.
fn assert_same(a: &Graph, b: &Graph) {
    let tensor = |graph: &Graph, id: TensorId| format!("{:?}", graph.tensor(id));
    let ports = |graph: &Graph, ports: &[Port]| -> Vec<String> {
        ports.iter().map(|port| format!("{} {:?}", tensor(graph, port.tensor), port.boundary)).collect()
    };
    let states = |graph: &Graph| -> Vec<String> {
        let line =
            |s: &State| format!("{} {} {:?}", tensor(graph, s.read), tensor(graph, s.write), s.initial);
        graph.states.iter().map(line).collect()
    };
    assert_eq!((&a.name, a.reference, &a.labels), (&b.name, b.reference, &b.labels));
    assert_eq!(ports(a, &a.inputs), ports(b, &b.inputs));
    assert_eq!(ports(a, &a.outputs), ports(b, &b.outputs));
    assert_eq!(states(a), states(b));
    // Tensors may be alike: which one it is shows in this pairing of ids.
    let mut pairs: Vec<(TensorId, TensorId)> = Vec::new();
    pairs.extend(a.inputs.iter().zip(&b.inputs).map(|(a, b)| (a.tensor, b.tensor)));
    pairs.extend(a.outputs.iter().zip(&b.outputs).map(|(a, b)| (a.tensor, b.tensor)));
    pairs.extend(a.states.iter().zip(&b.states).flat_map(|(a, b)| [(a.read, b.read), (a.write, b.write)]));
    assert_eq!(a.order().len(), b.order().len());
    for ((_, x), (_, y)) in a.nodes().zip(b.nodes()) {
        assert_eq!((&x.name, x.op.name()), (&y.name, y.op.name()));
        assert_eq!(format!("{}", x.op.attributes()), format!("{}", y.op.attributes()));
        let present = |node: &Node| node.inputs.iter().map(Option::is_some).collect::<Vec<_>>();
        assert_eq!(present(x), present(y));
        assert_eq!(x.outputs.len(), y.outputs.len());
        pairs.extend(x.operands().zip(y.operands()));
        pairs.extend(x.outputs.iter().copied().zip(y.outputs.iter().copied()));
    }
    for &(x, y) in &pairs {
        assert_eq!(tensor(a, x), tensor(b, y));
        assert!(
            pairs.iter().all(|&(other_x, other_y)| (other_x == x) == (other_y == y)),
            "{x} and {y} are mixed up"
        );
    }
}
