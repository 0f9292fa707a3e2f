//! What the file computes from constants alone is computed here: shapes, axes, weights that are transposed or scaled.

use std::sync::Arc;

use tinyml_arith::binary::BinaryFunction;

use super::super::constants::{
    Reduction, binary, cast, choose, concat, expanded, gather, integers, range, real, reduced, slice, unary,
};
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
        "Identity" => return input(0).cloned().map(Some),
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
        "Concat" => {
            let values: Vec<&Value> = inputs.iter().flatten().map(Arc::as_ref).collect();
            concat(&values, node.attribute("axis")?.ok_or("the attribute `axis` is missing")?)?
        }
        "Gather" => gather(input(0)?, input(1)?, node.attribute_or("axis", 0i64)?)?,
        "Slice" => sliced(node, inputs, input(0)?)?,
        "Expand" => expanded(input(0)?, &integers(input(1)?)?)?,
        "Add" => binary(input(0)?, input(1)?, |a, b| a + b, |a, b| Some(a.wrapping_add(b)))?,
        "Sub" => binary(input(0)?, input(1)?, |a, b| a - b, |a, b| Some(a.wrapping_sub(b)))?,
        "Mul" => binary(input(0)?, input(1)?, |a, b| a * b, |a, b| Some(a.wrapping_mul(b)))?,
        "Div" => binary(input(0)?, input(1)?, |a, b| a / b, i64::checked_div)?,
        // With `fmod`, the sign of the dividend, else that of the divisor; floats must have it.
        "Mod" if node.attribute_or("fmod", 0i64)? != 0 => {
            binary(input(0)?, input(1)?, |a, b| a % b, i64::checked_rem)?
        }
        "Mod" if input(0)?.as_f32().is_some() => return Err("needs `fmod=1` for floats".to_owned()),
        "Mod" => binary(input(0)?, input(1)?, |a, _| a, floor_mod)?,
        "Min" => folded(inputs, |a, b| binary(a, b, f32::min, |a, b| Some(a.min(b))))?,
        "Max" => folded(inputs, |a, b| binary(a, b, f32::max, |a, b| Some(a.max(b))))?,
        "Pow" => binary(input(0)?, input(1)?, f32::powf, |a, b| a.checked_pow(u32::try_from(b).ok()?))?,
        "Equal" => compared(input(0)?, input(1)?, BinaryFunction::Equal)?,
        "Greater" => compared(input(0)?, input(1)?, BinaryFunction::Greater)?,
        "GreaterOrEqual" => compared(input(0)?, input(1)?, BinaryFunction::GreaterEqual)?,
        "Less" => compared(input(0)?, input(1)?, BinaryFunction::Less)?,
        "LessOrEqual" => compared(input(0)?, input(1)?, BinaryFunction::LessEqual)?,
        "Neg" => unary(input(0)?, |x| -x, i64::wrapping_neg)?,
        "Abs" => unary(input(0)?, f32::abs, i64::wrapping_abs)?,
        "Sqrt" => real(input(0)?, f32::sqrt)?,
        "Reciprocal" => real(input(0)?, f32::recip)?,
        "Floor" => real(input(0)?, f32::floor)?,
        "Ceil" => real(input(0)?, f32::ceil)?,
        "ReduceProd" => reduction(node, inputs, input(0)?, Reduction::Product)?,
        "ReduceSum" => reduction(node, inputs, input(0)?, Reduction::Sum)?,
        "ReduceMax" => reduction(node, inputs, input(0)?, Reduction::Max)?,
        "ReduceMin" => reduction(node, inputs, input(0)?, Reduction::Min)?,
        "Range" => range(input(0)?, input(1)?, input(2)?)?,
        "Where" => choose(input(0)?, input(1)?, input(2)?)?,
        _ => return Ok(None),
    };
    Ok(Some(Arc::new(value)))
}

/// Elements of the result of an operator that makes more of them than it reads; 0 for the others, and where they are too many for any
/// tensor.
pub(super) fn repeated(node: &NodeImport<'_>, inputs: &[Option<Arc<Value>>]) -> usize {
    let dims = match (node.operator(), inputs.get(1)) {
        ("Expand", Some(Some(to))) => to.integers().unwrap_or_default(),
        _ => return 0,
    };
    let dims: Vec<usize> = dims.iter().map(|&dim| usize::try_from(dim).unwrap_or(1)).collect();
    super::shapes::elements(&dims).unwrap_or(0)
}

/// Whether a comparison holds for each pair of elements.
fn compared(a: &Value, b: &Value, comparison: BinaryFunction) -> Result<Value, Fault> {
    let integers = |a, b| Some(comparison.apply_i64(a, b));
    let holds = match a.dtype() {
        // As bytes, of which those that differ from 0 hold.
        DType::Bool => {
            binary(&cast(a, DType::U8)?, &cast(b, DType::U8)?, |a, b| comparison.apply_f32(a, b), integers)?
        }
        _ => binary(a, b, |a, b| comparison.apply_f32(a, b), integers)?,
    };
    cast(&holds, DType::Bool)
}

/// All operands, two at a time.
fn folded(
    inputs: &[Option<Arc<Value>>],
    two: impl Fn(&Value, &Value) -> Result<Value, Fault>,
) -> Result<Value, Fault> {
    let mut operands = inputs.iter().flatten();
    let first = Value::clone(operands.next().ok_or("there are no operands")?);
    operands.try_fold(first, |result, next| two(&result, next))
}

/// The remainder with the sign of the divisor.
fn floor_mod(a: i64, b: i64) -> Option<i64> {
    let rest = a.checked_rem(b)?;
    Some(if rest != 0 && (rest < 0) != (b < 0) { rest + b } else { rest })
}

/// Integers of an operand or, as in older operator sets, of an attribute.
fn list(
    node: &NodeImport<'_>,
    inputs: &[Option<Arc<Value>>],
    index: usize,
    attribute: &str,
) -> Result<Option<Vec<i64>>, Fault> {
    match inputs.get(index).and_then(Option::as_deref) {
        Some(value) => integers(value).map(Some),
        None => node.attribute(attribute),
    }
}

fn sliced(node: &NodeImport<'_>, inputs: &[Option<Arc<Value>>], x: &Value) -> Result<Value, Fault> {
    let starts = list(node, inputs, 1, "starts")?.ok_or("the starts are missing")?;
    let ends = list(node, inputs, 2, "ends")?.ok_or("the ends are missing")?;
    let axes = list(node, inputs, 3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
    let steps = list(node, inputs, 4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
    slice(x, &starts, &ends, &axes, &steps)
}

fn reduction(
    node: &NodeImport<'_>,
    inputs: &[Option<Arc<Value>>],
    x: &Value,
    reduction: Reduction,
) -> Result<Value, Fault> {
    let axes = list(node, inputs, 1, "axes")?.unwrap_or_default();
    if axes.is_empty() && node.attribute_or("noop_with_empty_axes", 0i64)? != 0 {
        return Ok(x.clone());
    }
    reduced(x, reduction, &axes, node.attribute_or("keepdims", 1i64)? != 0)
}

/// The type that a Cast gives.
pub(super) fn cast_type(node: &NodeImport<'_>) -> Result<DType, Fault> {
    let to = node.attribute::<i64>("to")?.ok_or("the attribute `to` is missing")?;
    super::tensor::dtype(i32::try_from(to).unwrap_or(0))
}
