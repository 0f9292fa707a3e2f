//! Sum of two tensors.

#[cfg(test)]
mod test;

use crate::ir::IntegerForm;
use crate::ops::elementwise::binary::binary_operator;
#[cfg(feature = "tflite")]
use crate::{import::tflite, ir::Fault};
#[cfg(feature = "onnx")]
use crate::{
    import::onnx::{ANY, Onnx, known},
    ops::elementwise::binary::{chain, import_onnx, import_onnx_quantised, mean},
};

binary_operator! {
    /// `y = clamp(a + b)`, element by element; operands repeat along axes of extent 1 by NumPy's rule.
    Add, "add", clamped, IntegerForm::Free { weights: None, bias: None }, tflite: &[
        ("ADD", |node| {
            let (clamp, inputs) = crate::ops::elementwise::binary::read_tflite(node)?;
            node.emit(Add { clamp }, inputs)
        }),
        ("ADD_N", add_n),
    ], onnx: &[
        Onnx::new("Add", 2, known![], |node| import_onnx(node, Add::PLAIN)).keeps_axes(),
        Onnx::new("Sum", ANY, known![], |node| chain(node, &Add::PLAIN)).keeps_axes(),
        Onnx::new("Mean", ANY, known![], |node| mean(node, &Add::PLAIN)).keeps_axes(),
        Onnx::microsoft("QLinearAdd", 8, known![], |node| import_onnx_quantised(node, Add::PLAIN)).keeps_axes(),
    ]
}

/// The sum of operands of one shape, from the first on.
#[cfg(feature = "tflite")]
fn add_n(node: &mut tflite::NodeImport<'_>) -> Result<(), Fault> {
    let mut operands = (0..node.input_count()).map(|index| node.input(index)).collect::<Result<Vec<_>, _>>()?.into_iter();
    let (Some(first), Some(second)) = (operands.next(), operands.next()) else {
        return Err("expects at least two operands".to_owned());
    };
    let ty = node.tensor(first).ty.clone();
    if let Some(other) = [second].into_iter().chain(operands.clone()).find(|&id| node.tensor(id).ty != ty) {
        return Err(format!("adds {} to {ty}", node.tensor(other).ty));
    }
    if ty.quant.is_some() {
        return Err(node.refuse(
            "adds quantised operands, where the reference takes their zero point off once more than there are operands",
            "write it as ADD of two operands at a time",
        ));
    }
    let mut sum = [first, second];
    for (index, operand) in operands.enumerate() {
        let step = node.intermediate(&format!("of{}", index + 2), ty.clone());
        node.emit_to(Add::PLAIN, sum.map(Some).to_vec(), vec![step]);
        sum = [step, operand];
    }
    node.emit(Add::PLAIN, sum.map(Some).to_vec())
}
