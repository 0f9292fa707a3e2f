//! What the file computes from constants alone is computed here: shapes, axes, weights that are transposed or scaled.

mod arithmetic;
mod selection;

use std::sync::Arc;

use super::node::NodeImport;
use super::shapes::{flattened_dims, permutation, reshaped_dims, squeezed_dims, unsqueezed_dims};
use crate::ir::{DType, Fault, Value};

/// The result of an operator on constants; none if the operator is not one that is evaluated here.
pub(super) fn evaluate(
    node: &NodeImport<'_>,
    inputs: &[Option<Arc<Value>>],
) -> Result<Option<Arc<Value>>, Fault> {
    let input = |index: usize| -> Result<&Arc<Value>, Fault> {
        inputs.get(index).and_then(Option::as_ref).ok_or_else(|| format!("operand {index} is missing"))
    };
    let value = match node.operator() {
        "Identity" | "Dropout" => return input(0).cloned().map(Some),
        "Cast" => cast(input(0)?, cast_type(node)?)?,
        "Reshape" => {
            let x = input(0)?;
            let allow_zero = node.attribute_or("allowzero", 0i64)? != 0;
            let dims = reshaped_dims(x.shape().dims(), &integers(input(1)?)?, allow_zero)?;
            x.reshaped(dims).ok_or("the number of elements changes")?
        }
        "Squeeze" | "Unsqueeze" => {
            let axes = match inputs.get(1).and_then(Option::as_ref) {
                Some(axes) => Some(integers(axes)?),
                None => node.attribute("axes")?,
            };
            let from = input(0)?.shape().dims();
            let dims = match node.operator() {
                "Squeeze" => squeezed_dims(from, axes.as_deref())?,
                _ => unsqueezed_dims(from, &axes.ok_or("the axes are missing")?)?,
            };
            input(0)?.reshaped(dims).ok_or("the number of elements changes")?
        }
        "Flatten" => {
            let x = input(0)?;
            let axis = node.attribute_or("axis", 1i64)?;
            x.reshaped(flattened_dims(x.shape().dims(), axis)?).ok_or("the number of elements changes")?
        }
        "Transpose" => {
            let x = input(0)?;
            let perm = permutation(node.attribute("perm")?, x.shape().rank())?;
            x.transposed(&perm).ok_or("`perm` is not a permutation of the axes")?
        }
        "Concat" | "Gather" | "Slice" | "Expand" => match selection::evaluate(node, inputs)? {
            Some(value) => value,
            None => return Ok(None),
        },
        _ => match arithmetic::evaluate(node, inputs)? {
            Some(value) => value,
            None => return Ok(None),
        },
    };
    Ok(Some(Arc::new(value)))
}

/// The integers of a value; a fault if it holds others.
pub(super) fn integers(value: &Value) -> Result<Vec<i64>, Fault> {
    value.integers().ok_or_else(|| format!("expects integers, got {}", value.dtype()))
}

/// The type that a Cast gives.
pub(super) fn cast_type(node: &NodeImport<'_>) -> Result<DType, Fault> {
    let to = node.attribute::<i64>("to")?.ok_or("the attribute `to` is missing")?;
    super::tensor::dtype(i32::try_from(to).unwrap_or(0))
}

/// A constant in another element type.
pub(super) fn cast(value: &Value, dtype: DType) -> Result<Value, Fault> {
    let converted = match (value.as_f32(), dtype) {
        (_, DType::F32) => Value::f32(value.shape().clone(), value.dequantise(None)),
        (Some(real), _) => {
            let whole: Vec<i64> = real.iter().map(|&v| v as i64).collect();
            Value::from_integers(dtype, value.shape().clone(), &whole)
        }
        (None, _) => Value::from_integers(dtype, value.shape().clone(), &integers(value)?),
    };
    converted.ok_or_else(|| format!("the values do not fit {dtype}"))
}
