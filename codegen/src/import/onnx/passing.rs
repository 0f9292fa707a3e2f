//! Operators of the file that leave no trace in the graph: they rename, reorder axes by name, or tell shapes.

use std::sync::Arc;

use super::descriptor::{Onnx, known};
use super::item::{Handle, Item};
use super::node::NodeImport;
use crate::ir::{DType, Fault, Quant, Value};
use crate::ops::quantisation::cast::Cast;
use crate::ops::quantisation::dequantize::Dequantize;

/// The operators.
pub(super) const OPERATORS: &[Onnx] = &[
    Onnx::new("Cast", 1, known![to: Int, saturate: Int since 19, round_mode: Text since 24], cast)
        .keeps_axes(),
    Onnx::new("CastLike", 2, known![saturate: Int since 19, round_mode: Text since 24], cast_like)
        .since(15)
        .keeps_axes(),
    Onnx::new(
        "Constant",
        0,
        known![
            value: Tensor,
            sparse_value: Sparse since 11,
            value_float: Float since 12,
            value_floats: Floats since 12,
            value_int: Int since 12,
            value_ints: Ints since 12,
            value_string: Text since 12,
            value_strings: Texts since 12,
        ],
        constant,
    ),
    Onnx::new("ConstantOfShape", 1, known![value: Tensor], constant_of_shape).since(9),
    Onnx::new("Dropout", 3, known![ratio: Float until 11, seed: Int since 12], dropout)
        .before(12, 1)
        .keeps_axes(),
    Onnx::new("Identity", 1, known![], |node| node.forward(0)).keeps_axes(),
    Onnx::new("Shape", 1, known![start: Int since 15, end: Int since 15], shape),
    Onnx::new("Size", 1, known![], size),
    Onnx::new("Transpose", 1, known![perm: Ints], transpose).permutes(),
    // A map of labels to scores holds the scores in the order of the labels.
    Onnx::ml("ZipMap", 1, known![classlabels_int64s: Ints, classlabels_strings: Texts], |node| {
        node.forward(0)
    }),
];

/// Operators that are supported on constants alone.
pub(super) const ON_CONSTANTS: &[Onnx] =
    &[Onnx::on_constants("Range", 3, known![stash_type: Int since 27]).since(11)];

/// Dropout does nothing in inference. Training is an operand since version 12.
fn dropout(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    if node.has_operand(2) {
        let training = node.constant_item(2, "operand 2, the training mode,")?.value;
        if training.as_bool().is_none_or(|training| training != [false]) {
            return Err(node.advised(
                "is in training mode, in which it drops elements at random",
                "export the model for inference: model.eval() in PyTorch",
            ));
        }
    }
    node.forward(0)
}

fn constant(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let value = if let Some(value) = node.attribute::<Arc<Value>>("value")? {
        Some((*value).clone())
    } else if let Some(number) = node.attribute::<f32>("value_float")? {
        Value::f32(Vec::new(), vec![number])
    } else if let Some(number) = node.attribute::<i64>("value_int")? {
        Value::i64(Vec::new(), vec![number])
    } else if let Some(numbers) = node.attribute::<Vec<f32>>("value_floats")? {
        Value::f32([numbers.len()], numbers)
    } else if let Some(numbers) = node.attribute::<Vec<i64>>("value_ints")? {
        Value::i64([numbers.len()], numbers)
    } else {
        None
    };
    let value = value.ok_or("the constant is of a kind that is not supported (text, or sparse)")?;
    node.bind_constant(Arc::new(value))
}

fn constant_of_shape(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let dims: Option<Vec<usize>> = node.integers(0)?.iter().map(|&dim| usize::try_from(dim).ok()).collect();
    let dims = dims.ok_or("the shape has a negative extent")?;
    node.room_for(super::shapes::elements(&dims)?)?;
    let fill = node.attribute::<Arc<Value>>("value")?;
    let fill = match fill {
        Some(value) => (*value).clone(),
        None => Value::zeros(DType::F32, [1]),
    };
    let one = fill.reshaped(Vec::new()).ok_or("`value` must have one element")?;
    let value = one.broadcast_to(&dims.into()).ok_or("the shape is too large")?;
    node.bind_constant(Arc::new(value))
}

fn cast(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let to = super::constants::cast_type(node)?;
    if node.is_computed(0) {
        // A wider type would not hold the same numbers.
        let computed = super::tensor::computed_as(node.attribute_or("to", 0i64)?);
        computed.map_err(|fault| {
            node.advised(fault, "let the model compute in FLOAT, UINT8, INT8, INT16, INT32, INT64 or BOOL")
        })?;
    }
    convert(node, to)
}

/// The type is that of the second operand, which may be computed.
fn cast_like(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let like = node.input(1)?;
    convert(node, node.dtype(&like))
}

/// Floats of every width are f32 here. Bytes become real numbers as integers of scale 1 do.
fn convert(node: &mut NodeImport<'_>, to: DType) -> Result<(), Fault> {
    let item = node.input(0)?;
    match (&item, node.dtype(&item)) {
        (_, from) if from == to => node.forward(0),
        (Item::Constant(constant), _) if !constant.dequantised => {
            let value = crate::import::constants::cast(&constant.value, to)?;
            node.bind_constant(Arc::new(value))
        }
        (Item::Computed(_), DType::I8 | DType::U8) if to == DType::F32 => {
            node.importer.bytes = true;
            let dtype = node.dtype(&item);
            let bytes = node.with_quant(item, Quant::per_tensor(1.0, 0), dtype)?;
            let Handle { tensor, layout } = node.as_handle(&bytes)?;
            node.emit(Dequantize {}, vec![Some(tensor)], layout)
        }
        (Item::Computed(_), _) => {
            let Handle { tensor, layout } = node.as_handle(&item)?;
            node.emit(Cast { to }, vec![Some(tensor)], layout)
        }
        (_, from) => Err(node.advised(
            format!("casting quantised {from} to {to} is not supported"),
            "let the model take the type that it computes with, and cast before it",
        )),
    }
}

fn shape(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let item = node.input(0)?;
    let dims = node.file_dims(&item);
    let rank = dims.len() as i64;
    // Out-of-range bounds are cut off, by the standard.
    let bound = |axis: i64| (if axis < 0 { axis.saturating_add(rank) } else { axis }).clamp(0, rank) as usize;
    let (start, end) = (bound(node.attribute_or("start", 0)?), bound(node.attribute_or("end", rank)?));
    let dims: Vec<i64> = dims.get(start..end).unwrap_or_default().iter().map(|&dim| dim as i64).collect();
    let value = Value::i64([dims.len()], dims).ok_or("the shape is too large")?;
    node.bind_constant(Arc::new(value))
}

fn size(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let item = node.input(0)?;
    let count = super::shapes::elements(&node.file_dims(&item))?;
    let value = Value::i64(Vec::new(), vec![count as i64]).ok_or("the size is too large")?;
    node.bind_constant(Arc::new(value))
}

/// The data stay where they are; their axes get other names. Where an operator needs an order, it asks for it.
fn transpose(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let item = node.input(0)?;
    let perm = super::shapes::permutation(node.attribute("perm")?, node.file_dims(&item).len())?;
    let moved = match item {
        Item::Computed(Handle { tensor, layout }) => {
            let layout = layout.relabelled(&perm).ok_or("`perm` does not fit the operand")?;
            Item::Computed(Handle { tensor, layout })
        }
        Item::Constant(constant) => {
            Item::Constant(constant.transposed(&perm).ok_or("`perm` does not fit the operand")?)
        }
    };
    node.bind(moved);
    Ok(())
}
