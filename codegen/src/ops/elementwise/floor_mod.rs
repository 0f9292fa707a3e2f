//! Remainders: with the sign of the divisor, and with that of the dividend.

use crate::ir::IntegerForm;
use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Onnx, known},
    ir::DType,
    ops::elementwise::{binary::import_onnx, remainder::Remainder},
};

binary_operator! {
    /// `y = clamp(a - b · floor(a / b))`, element by element: the sign is the divisor's; operands repeat along axes of extent 1 by NumPy's rule.
    FloorMod, "floor_mod", clamped, IntegerForm::None, tflite: &[("FLOOR_MOD", |node| import_tflite(node, FloorMod::PLAIN))], onnx: &[
        Onnx::new("Mod", 2, known![fmod: Int], |node| {
            if node.attribute_or("fmod", 0i64)? != 0 {
                return import_onnx(node, Remainder::PLAIN);
            }
            let x = node.input(0)?;
            if node.dtype(&x) == DType::F32 {
                return Err("needs `fmod=1` for floats".to_owned());
            }
            import_onnx(node, FloorMod::PLAIN)
        })
        .since(10)
        .keeps_axes(),
    ]
}
