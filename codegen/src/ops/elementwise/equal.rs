//! Whether two elements are equal.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Handle, NodeImport, Onnx, known},
    ir::{Fault, Value},
    ops::elementwise::{abs::Abs, binary::import_onnx, less::Less},
};

binary_operator! {
    /// `y = a == b`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Equal, "equal", tflite: &[("EQUAL", |node| import_tflite(node, Equal::PLAIN))], onnx: &[
        Onnx::new("Equal", 2, known![], |node| import_onnx(node, Equal::PLAIN)).keeps_axes(),
        Onnx::new("IsInf", 1, known![detect_negative: Int, detect_positive: Int], is_infinite).since(10).keeps_axes(),
    ]
}

/// What equals an infinity, or its magnitude does.
#[cfg(feature = "onnx")]
fn is_infinite(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let [negative, positive] = ["detect_negative", "detect_positive"].map(|name| node.attribute_or(name, 1i64));
    let Handle { tensor, layout } = node.handle(0)?;
    let (tensor, infinity) = match (negative? != 0, positive? != 0) {
        (true, true) => (node.step("magnitude", Abs {}, vec![Some(tensor)])?, f32::INFINITY),
        (false, true) => (tensor, f32::INFINITY),
        (true, false) => (tensor, f32::NEG_INFINITY),
        // Nothing is looked for: nothing is less than itself.
        (false, false) => return node.emit(Less::PLAIN, vec![Some(tensor); 2], layout),
    };
    let value = Value::f32([1], vec![infinity]).ok_or("the infinity is no number")?;
    let infinity = node.add_constant("infinity", value, None);
    node.emit(Equal::PLAIN, vec![Some(tensor), Some(infinity)], layout)
}
