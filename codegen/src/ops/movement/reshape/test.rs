//! Reshapes by hand.

use crate::ir::interpret::Interpreter;
use crate::ir::{Value, text, verify};

#[test]
fn elements_stay_in_order() {
    let graph = text::parse(
        "graph \"g\" reference=tflm {
  input %0 \"x\": u8[1,2,3] q(0.5, 7)
  %1 \"y\": u8[3,2] q(0.5, 7) = reshape(%0) {shape=[3, 2]}
  output %1
}
",
    )
    .unwrap();
    verify(&graph).unwrap();
    let x = Value::u8([1, 2, 3], vec![1, 2, 3, 4, 5, 6]).unwrap();
    let y = Interpreter::new(&graph).run(&[x]).unwrap().remove(0);
    assert_eq!((y.shape().dims(), y.as_u8().unwrap()), (&[3, 2][..], &[1, 2, 3, 4, 5, 6][..]));
}

#[test]
fn another_number_of_elements_is_refused() {
    let graph = text::parse(
        "graph \"g\" reference=tflm {
  input %0 \"x\": f32[1,2,3]
  %1 \"y\": f32[4] = reshape(%0) {shape=[4]}
  output %1
}
",
    )
    .unwrap();
    let message = verify(&graph).unwrap_err().to_string();
    assert!(message.contains("[1,2,3] does not have as many elements as [4]"), "{message}");
}
