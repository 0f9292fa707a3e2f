//! Bits moved to the left.

use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ops::elementwise::{binary::import_onnx, shift_right::ShiftRight},
};

binary_operator! {
    /// `y = a << b`, element by element, 0 if there are not so many bits; operands repeat along axes of extent 1 by NumPy's rule.
    ShiftLeft, "shift_left", tflite: &[], onnx: &[
        Onnx::new("BitShift", 2, known![direction: Text], |node| {
            match node.attribute::<String>("direction")?.as_deref() {
                Some("LEFT") => import_onnx(node, ShiftLeft::PLAIN),
                Some("RIGHT") => import_onnx(node, ShiftRight::PLAIN),
                _ => Err("`direction` must be LEFT or RIGHT".to_owned()),
            }
        })
        .since(11)
        .keeps_axes(),
    ]
}
