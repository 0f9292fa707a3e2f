//! Arithmetic on constants, with NumPy's broadcasting.

use super::integers;
use crate::ir::{DType, Fault, Shape, Value};
use crate::limits::elements;
use crate::ops::common::axes::resolve;

/// How the elements of a group become one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reduction {
    /// Their product.
    Product,
    /// Their sum.
    Sum,
    /// The largest.
    Max,
    /// The smallest.
    Min,
}

/// A function of two operands of one type: of floats, or of integers (none where it has no value).
pub fn binary(
    a: &Value,
    b: &Value,
    float: impl Fn(f32, f32) -> f32,
    integer: impl Fn(i64, i64) -> Option<i64>,
) -> Result<Value, Fault> {
    let (shape, [a, b]) = together([a, b])?;
    if a.dtype() != b.dtype() {
        return Err(format!("the operands are {} and {}", a.dtype(), b.dtype()));
    }
    let value = match (a.as_f32(), b.as_f32()) {
        (Some(a), Some(b)) => Value::f32(shape, a.iter().zip(b).map(|(&a, &b)| float(a, b)).collect()),
        _ => {
            let dtype = a.dtype();
            let pairs = integers(&a)?.into_iter().zip(integers(&b)?);
            let results: Option<Vec<i64>> = pairs.map(|(a, b)| integer(a, b)).collect();
            Value::from_integers(dtype, shape, &results.ok_or("divides by zero, or overflows")?)
        }
    };
    value.ok_or_else(|| "a result does not fit the element type".to_owned())
}

/// All values repeated to one shape.
fn together<const N: usize>(values: [&Value; N]) -> Result<(Shape, [Value; N]), Fault> {
    let mut shape = Shape(Vec::new());
    for value in values {
        let own = value.shape();
        shape = shape.broadcast(own).ok_or_else(|| format!("{shape} and {own} do not broadcast"))?;
    }
    elements(shape.dims())?;
    let repeated: Option<Vec<Value>> = values.iter().map(|value| value.broadcast_to(&shape)).collect();
    let repeated = repeated.and_then(|values| <[Value; N]>::try_from(values).ok());
    Ok((shape, repeated.ok_or("the shapes do not broadcast")?))
}

/// A function of one operand, of floats or of integers.
pub fn unary(x: &Value, float: impl Fn(f32) -> f32, integer: impl Fn(i64) -> i64) -> Result<Value, Fault> {
    if x.as_f32().is_some() {
        return real(x, float);
    }
    let results: Vec<i64> = integers(x)?.into_iter().map(integer).collect();
    Value::from_integers(x.dtype(), x.shape().clone(), &results)
        .ok_or_else(|| "a result does not fit".to_owned())
}

/// A function of floats.
pub fn real(x: &Value, f: impl Fn(f32) -> f32) -> Result<Value, Fault> {
    let data = x.as_f32().ok_or_else(|| format!("expects floats, got {}", x.dtype()))?;
    Value::f32(x.shape().clone(), data.iter().map(|&v| f(v)).collect())
        .ok_or_else(|| "a result does not fit".to_owned())
}

/// A reduction of integers over all axes, or over those given; reduced axes stay with extent 1 if they are to be kept.
pub fn reduced(x: &Value, reduction: Reduction, axes: &[i64], keep: bool) -> Result<Value, Fault> {
    let rank = x.shape().rank();
    let axes: Vec<usize> = match axes {
        [] => (0..rank).collect(),
        axes => axes.iter().map(|&axis| resolve(axis, rank)).collect::<Result<_, _>>()?,
    };
    // The reduced axes innermost, so that each result's elements lie together.
    let kept: Vec<usize> = (0..rank).filter(|axis| !axes.contains(axis)).collect();
    let order: Vec<usize> = kept.iter().chain(&axes).copied().collect();
    let moved = x.transposed(&order).ok_or("an axis is named twice")?;
    let run = axes.iter().map(|&axis| x.shape().dims()[axis]).product::<usize>().max(1);
    let combine = |run: &[i64]| -> Option<i64> {
        match reduction {
            Reduction::Product => run.iter().try_fold(1i64, |product, &v| product.checked_mul(v)),
            Reduction::Sum => run.iter().try_fold(0i64, |sum, &v| sum.checked_add(v)),
            Reduction::Max => run.iter().copied().max(),
            Reduction::Min => run.iter().copied().min(),
        }
    };
    let results: Option<Vec<i64>> = integers(&moved)?.chunks(run).map(combine).collect();
    let dim =
        |axis: usize| (if axes.contains(&axis) { 1 } else { x.shape().dims()[axis] }, axes.contains(&axis));
    let dims: Vec<usize> = (0..rank).map(dim).filter(|(_, gone)| keep || !gone).map(|(dim, _)| dim).collect();
    let value = results.and_then(|results| Value::from_integers(x.dtype(), dims, &results));
    value.ok_or_else(|| "a result does not fit".to_owned())
}

/// The integers from `start` to before `limit` in steps of `step`, all scalars.
pub fn range(start: &Value, limit: &Value, step: &Value) -> Result<Value, Fault> {
    let one = |value: &Value| match integers(value)?[..] {
        [number] => Ok(number),
        _ => Err("expects scalars".to_owned()),
    };
    let (start, limit, step) = (one(start)?, one(limit)?, one(step)?);
    if step == 0 {
        return Err("the step is 0".to_owned());
    }
    let distance = i128::from(limit) - i128::from(start);
    let count = if (distance > 0) == (step > 0) {
        distance.unsigned_abs().div_ceil(step.unsigned_abs().into())
    } else {
        0
    };
    let count = elements(&[usize::try_from(count).unwrap_or(usize::MAX)])?;
    let numbers: Vec<i64> = (0..count as i64).map(|i| start.wrapping_add(i.wrapping_mul(step))).collect();
    Value::i64([count], numbers).ok_or_else(|| "the range is too large".to_owned())
}

/// Of each pair of elements the first where `condition` is true, else the second.
pub fn choose(condition: &Value, a: &Value, b: &Value) -> Result<Value, Fault> {
    let (shape, [condition, a, b]) = together([condition, a, b])?;
    let condition = condition.as_bool().ok_or("the condition must hold truth values")?.to_vec();
    let dtype = if a.dtype() == b.dtype() { a.dtype() } else { DType::F32 };
    let value = match (a.as_f32(), b.as_f32()) {
        (Some(a), Some(b)) => {
            let pick = condition.iter().enumerate().map(|(i, &first)| if first { a[i] } else { b[i] });
            Value::f32(shape, pick.collect())
        }
        _ => {
            let (a, b) = (integers(&a)?, integers(&b)?);
            let pick: Vec<i64> =
                condition.iter().enumerate().map(|(i, &first)| if first { a[i] } else { b[i] }).collect();
            Value::from_integers(dtype, shape, &pick)
        }
    };
    value.ok_or_else(|| "the operands do not have one element type".to_owned())
}
