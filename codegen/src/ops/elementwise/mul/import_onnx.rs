//! How ONNX writes products: Mul, BatchNormalization.

use super::Mul;
use crate::import::onnx::{Constant, Handle, Item, NodeImport, Onnx, known};
use crate::ir::{Fault, Value};
use crate::ops::elementwise::add::Add;
use crate::ops::elementwise::binary;

/// The operators that import as products.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Mul", 2, known![], |node| binary::import_onnx(node, Mul::PLAIN)).keeps_axes(),
    Onnx::new(
        "BatchNormalization",
        5,
        known![epsilon: Float, momentum: Float, spatial: Int until 8, training_mode: Int since 14],
        batch_normalization,
    )
    .keeps_axes(),
    crate::ops::classical::features::SCALER,
    Onnx::microsoft("QLinearMul", 8, known![], |node| {
        binary::import_onnx_quantised(node, Mul::PLAIN)
    })
    .keeps_axes(),
];

/// BatchNormalization with given statistics: `x · scale / √(variance + ε) + (bias − mean · scale / √(variance + ε))`, per channel.
/// The pass `fold_affine` takes it into the convolution before it.
fn batch_normalization(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    // Before version 14, results beside the first made it the training form.
    if node.attribute_or("training_mode", 0i64)? != 0 || node.result_count() > 1 {
        return Err(node.advised(
            "is in training form, in which it normalises by the statistics of the batch",
            "export the model for inference: model.eval() in PyTorch",
        ));
    }
    node.only("spatial", 1)?;
    let epsilon = f64::from(node.attribute_or("epsilon", 1e-5f32)?);
    let [scale, bias, mean, variance] = [1, 2, 3, 4].map(|index| node.reals(index));
    let (scale, bias, mean, variance) = (scale?, bias?, mean?, variance?);
    let x = node.input(0)?;
    let dims = node.file_dims(&x);
    let channels = *dims.get(1).ok_or("the operand has no channels")?;
    if [&scale, &bias, &mean, &variance].iter().any(|numbers| numbers.len() != channels) {
        return Err(format!("the operand has {channels} channels, the statistics have another number"));
    }
    let factor = |i: usize| f64::from(scale[i]) / (f64::from(variance[i]) + epsilon).sqrt();
    let factors: Vec<f32> = (0..channels).map(|i| factor(i) as f32).collect();
    let shifts: Vec<f32> = (0..channels).map(|i| (f64::from(bias[i]) - f64::from(mean[i]) * factor(i)) as f32).collect();
    // As the file would write them: one axis for the channels, ones behind it.
    let shape: Vec<usize> = std::iter::once(channels).chain(std::iter::repeat_n(1, dims.len() - 2)).collect();
    let constant = |suffix: &str, data: Vec<f32>| -> Result<Item, Fault> {
        let value = Value::f32(shape.clone(), data).ok_or("the statistics do not fit the channels")?;
        Ok(Item::Constant(Constant::plain(&format!("{}/{suffix}", node.name()), value.into())))
    };
    let (factors, shifts) = (constant("factor", factors)?, constant("shift", shifts)?);
    let (tensors, layout) = node.broadcast(&[x, factors])?;
    let product = node.step("product", Mul::PLAIN, tensors.into_iter().map(Some).collect())?;
    let (tensors, layout) = node.broadcast(&[Item::Computed(Handle { tensor: product, layout }), shifts])?;
    node.emit(Add::PLAIN, tensors.into_iter().map(Some).collect(), layout)
}
