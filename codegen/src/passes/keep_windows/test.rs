//! Windows by hand.

use super::PASS;
use crate::ir::text::{parse, print};
use crate::ir::verify;

fn kept(text: &str) -> String {
    let mut graph = parse(text).unwrap();
    verify(&graph).unwrap();
    (PASS.run)(&mut graph).unwrap();
    (crate::passes::remove_dead_nodes::PASS.run)(&mut graph).unwrap();
    verify(&graph).unwrap();
    print(&graph)
}

fn model(initial: &str, begin: usize) -> String {
    format!(
        "graph \"g\" reference=tflm {{
  input %0 \"new\": f32[1,1,2]
  state %1 \"kept\": f32[1,3,2] next=%3{initial}
  %2 \"window\": f32[1,4,2] = concat(%1, %0) {{axis=1}}
  %3 \"last\": f32[1,3,2] = slice(%2) {{axes=[1], begins=[{begin}], steps=[1], counts=[3]}}
  %4 \"result\": f32[1,4,2] = logistic(%2)
  output %4
}}
"
    )
}

#[test]
fn a_window_is_kept_whole() {
    let text = kept(&model("", 1));
    assert!(text.contains("state %1 \"kept\": f32[1,4,2] next=%2\n"), "{text}");
    assert!(text.contains("%2 \"window\": f32[1,4,2] = shift(%1, %0)"), "{text}");
    assert!(!text.contains("slice"), "{text}");
}

#[test]
fn it_begins_with_what_was_kept_at_first() {
    let text = kept(&model(" initial=[1.0, 2.0, 3.0, 4.0, 5.0, 6.0]", 1));
    assert!(text.contains("initial=[1.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]"), "{text}");
}

#[test]
fn the_beginning_of_a_window_is_another_thing() {
    let text = model("", 0);
    assert_eq!(kept(&text), print(&parse(&text).unwrap()));
}
