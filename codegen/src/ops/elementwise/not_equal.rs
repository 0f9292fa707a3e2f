//! Whether two elements differ.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Handle, Onnx, known},
};
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;

binary_operator! {
    /// `y = a != b`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    NotEqual, "not_equal", tflite: &[("NOT_EQUAL", |node| import_tflite(node, NotEqual::PLAIN))], onnx: &[
        // What differs from itself is no number.
        Onnx::new("IsNaN", 1, known![], |node| {
            let Handle { tensor, layout } = node.handle(0)?;
            node.emit(NotEqual::PLAIN, vec![Some(tensor); 2], layout)
        })
        .since(9)
        .keeps_axes(),
    ]
}
