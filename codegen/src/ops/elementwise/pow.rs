//! Powers.

use crate::ir::IntegerForm;
use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "tflite")]
use crate::ops::elementwise::binary::import_tflite;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Constant, Handle, Item, NodeImport, Onnx, known},
    ir::{DType, Fault},
    ops::elementwise::{binary::import_onnx, reciprocal::Reciprocal, sqrt::Sqrt, square::Square},
    ops::quantisation::cast::Cast,
};

binary_operator! {
    /// `y = clamp(a^b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Pow, "pow", clamped, IntegerForm::None, tflite: &[("POW", |node| import_tflite(node, Pow::PLAIN))],
    onnx: &[Onnx::new("Pow", 2, known![], pow).keeps_axes()]
}

/// The result has the type of the base, whatever that of the exponent. The powers that have a function of their own become that.
#[cfg(feature = "onnx")]
fn pow(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let (base, exponent) = (node.input(0)?, node.input(1)?);
    let (of_base, of_exponent) = (node.dtype(&base), node.dtype(&exponent));
    let exponent = match exponent {
        Item::Constant(constant) => {
            let numbers = constant.value.dequantise(constant.quant.as_ref());
            // One number does not make the result any larger, if it has no more axes.
            let is_scalar = numbers.len() == 1 && constant.value.shape().rank() <= node.file_dims(&base).len();
            match (of_base, is_scalar, numbers.first()) {
                (DType::F32, true, Some(1.0)) => return node.forward(0),
                (DType::F32, true, Some(2.0)) => return node.unary(Square {}),
                (DType::F32, true, Some(0.5)) => return node.unary(Sqrt {}),
                (DType::F32, true, Some(-1.0)) => return node.unary(Reciprocal {}),
                _ if of_base == of_exponent => return import_onnx(node, Pow::PLAIN),
                _ if of_base != DType::F32 && numbers.iter().any(|n| n.fract() != 0.0) => {
                    return Err("raises integers to a power that is none".to_owned());
                }
                _ => {}
            }
            let value = crate::import::constants::cast(&constant.value, of_base)?;
            Item::Constant(Constant::plain(&format!("{}/{of_base}", constant.name), value.into()))
        }
        Item::Computed(_) if of_base == of_exponent => return import_onnx(node, Pow::PLAIN),
        Item::Computed(Handle { tensor, layout }) if of_base == DType::F32 => {
            let tensor = node.step("exponent", Cast { to: DType::F32 }, vec![Some(tensor)])?;
            Item::Computed(Handle { tensor, layout })
        }
        Item::Computed(_) => return Err(format!("raises {of_base} to a power that is {of_exponent}")),
    };
    let (tensors, layout) = node.broadcast(&[base, exponent])?;
    node.emit(Pow::PLAIN, tensors.into_iter().map(Some).collect(), layout)
}
