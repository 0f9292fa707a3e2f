//! What is said of operators that stay in floating point.

use super::left_in_float;
use crate::ir::text::parse;

fn note(reference: &str, lines: &str) -> Option<String> {
    let text = format!("graph \"g\" reference={reference} {{\n{lines}\n}}");
    let graph = parse(&text).unwrap_or_else(|error| panic!("{error}"));
    left_in_float(&graph).map(|note| note.to_string())
}

const ONE_IN_FLOAT: &str = r#"
    input %0 "x": i8[1,4] q(0.5, 3)
    %1 "real": f32[1,4] = dequantize(%0) @"before"
    %2 "flat": f32[4] = reshape(%1) {shape=[4]} @"view"
    %3 "s": f32[4] = logistic(%2) @"sigmoid"
    %4 "y": i8[4] q(0.5, 0) = quantize(%3) {to=i8} @"behind"
    output %4
"#;

#[test]
fn names_what_computes_in_floating_point() {
    let note = note("onnx", ONE_IN_FLOAT).expect("the sigmoid is in floating point");
    assert!(note.contains("though the model is quantised: `sigmoid` (logistic)"), "{note}");
    assert!(note.contains("node `sigmoid` (logistic)"), "{note}");
    assert!(!note.contains("before") && !note.contains("view") && !note.contains("behind"), "{note}");
}

#[test]
fn says_nothing_of_other_models() {
    assert_eq!(note("tflm", ONE_IN_FLOAT), None);
    let float = r#"
        input %0 "x": f32[4]
        %1 "y": f32[4] = logistic(%0)
        output %1
    "#;
    assert_eq!(note("onnx", float), None);
    let integers = r#"
        input %0 "x": i8[4] q(0.5, 3)
        %1 "y": i8[4] q(0.00390625, -128) = logistic(%0)
        %2 "real": f32[4] = dequantize(%1)
        output %2
    "#;
    assert_eq!(note("onnx", integers), None);
}
