//! Quotient of two tensors.

use crate::ir::IntegerForm;
use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{Constant, Item, NodeImport, Onnx, known},
    ir::{DType, Fault, Value},
    ops::elementwise::{binary::import_onnx, mul::Mul},
};

binary_operator! {
    /// `y = clamp(a / b)`, element by element, integers without their fraction; operands repeat along axes of extent 1 by NumPy's rule.
    Div, "div", clamped, IntegerForm::None, tflite: &[("DIV", |node| {
        let (clamp, inputs) = crate::ops::elementwise::binary::read_tflite(node)?;
        node.emit(Div { clamp }, inputs)
    })], onnx: &[Onnx::new("Div", 2, known![], div).keeps_axes()]
}

/// Floats that are divided by a constant are a product with its reciprocal, which passes can take into other layers.
#[cfg(feature = "onnx")]
fn div(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let (x, divisor) = (node.input(0)?, node.input(1)?);
    let Item::Constant(divisor) = divisor else { return import_onnx(node, Div::PLAIN) };
    let numbers = divisor.value.dequantise(divisor.quant.as_ref());
    // The reciprocal of a number beyond this is subnormal, and not as exact.
    if node.dtype(&x) != DType::F32 || !numbers.iter().all(|n| n.recip().is_normal()) {
        return import_onnx(node, Div::PLAIN);
    }
    let value = Value::f32(divisor.value.shape().clone(), numbers.iter().map(|v| v.recip()).collect());
    let value = value.ok_or("the divisor does not have its declared shape")?;
    let factor = Constant::plain(&format!("{}/reciprocal", divisor.name), value.into());
    let (tensors, layout) = node.broadcast(&[x, Item::Constant(factor)])?;
    node.emit(Mul::PLAIN, tensors.into_iter().map(Some).collect(), layout)
}
