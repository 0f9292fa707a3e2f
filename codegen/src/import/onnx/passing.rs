//! Operators of the file that leave no trace in the graph: they rename, reorder axes by name, or tell shapes.

use std::sync::Arc;

use super::item::{Handle, Item};
use super::node::{ImportFn, NodeImport};
use crate::ir::{DType, Fault, Value};

/// The operators, of the default domain.
pub(super) const OPERATORS: &[(&str, ImportFn)] = &[
    ("Cast", cast),
    ("CastLike", cast_like),
    ("Constant", constant),
    ("ConstantOfShape", constant_of_shape),
    ("Dropout", |node| node.forward(0)),
    ("Identity", |node| node.forward(0)),
    ("Shape", shape),
    ("Size", size),
    ("Transpose", transpose),
];

/// Operators that are supported on constants alone.
pub(super) const ON_CONSTANTS: &[&str] = &[
    "Abs",
    "Ceil",
    "Equal",
    "Expand",
    "Floor",
    "Gather",
    "Max",
    "Min",
    "Mod",
    "Neg",
    "Pow",
    "Range",
    "Reciprocal",
    "ReduceMax",
    "ReduceMin",
    "ReduceProd",
    "ReduceSum",
    "Slice",
    "Sqrt",
    "Where",
];

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
    node.bind_constant(Arc::new(value));
    Ok(())
}

fn constant_of_shape(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let dims: Option<Vec<usize>> = node.integers(0)?.iter().map(|&dim| usize::try_from(dim).ok()).collect();
    let dims = dims.ok_or("the shape has a negative extent")?;
    super::shapes::elements(&dims)?;
    let fill = node.attribute::<Arc<Value>>("value")?;
    let fill = match fill {
        Some(value) => (*value).clone(),
        None => Value::zeros(DType::F32, [1]),
    };
    let one = fill.reshaped(Vec::new()).ok_or("`value` must have one element")?;
    let value = one.broadcast_to(&dims.into()).ok_or("the shape is too large")?;
    node.bind_constant(Arc::new(value));
    Ok(())
}

fn cast(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let to = super::constants::cast_type(node)?;
    convert(node, to)
}

/// The type is that of the second operand, which may be computed.
fn cast_like(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let like = node.input(1)?;
    convert(node, node.dtype(&like))
}

/// Floats of every width are f32 here; a cast to another type must be of a constant.
fn convert(node: &mut NodeImport<'_>, to: DType) -> Result<(), Fault> {
    let item = node.input(0)?;
    match (&item, node.dtype(&item)) {
        (_, from) if from == to => node.forward(0),
        (Item::Constant(constant), _) if !constant.dequantised => {
            let value = crate::import::constants::cast(&constant.value, to)?;
            node.bind_constant(Arc::new(value));
            Ok(())
        }
        (_, from) => Err(format!("casting computed {from} to {to} is not supported")),
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
    node.bind_constant(Arc::new(value));
    Ok(())
}

fn size(node: &mut NodeImport<'_>) -> Result<(), Fault> {
    let item = node.input(0)?;
    let count = super::shapes::elements(&node.file_dims(&item))?;
    let value = Value::i64(Vec::new(), vec![count as i64]).ok_or("the size is too large")?;
    node.bind_constant(Arc::new(value));
    Ok(())
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
