//! What the file computes from constants and from shapes alone: converters write the target of a RESHAPE as SHAPE, STRIDED_SLICE
//! and PACK.

use super::super::constants::{
    Reduction, binary, cast, choose, concat, gather, integers, range, reduced, slice, unary,
};
use super::options::{
    ArithmeticOptions, ConcatenationOptions, GatherOptions, PackOptions, ReducerOptions, StridedSliceOptions,
};
use super::schema::{BuiltinOperator as B, Operator};
use crate::ir::{DType, Fault, Tensor, Value};
use crate::limits::elements;

/// Operators of which constants are computed, besides those that the operator table imports.
pub(super) const OPERATORS: &[B] = &[
    B::SHAPE,
    B::RANK,
    B::STRIDED_SLICE,
    B::SLICE,
    B::PACK,
    B::GATHER,
    B::CAST,
    B::FILL,
    B::RANGE,
    B::REDUCE_PROD,
    B::REDUCE_MAX,
    B::REDUCE_MIN,
    B::SUM,
    B::FLOOR_DIV,
    B::DIV,
    B::FLOOR_MOD,
    B::MAXIMUM,
    B::MINIMUM,
    B::NEG,
    B::ABS,
    B::SELECT_V2,
];

/// Whether the importer computes this operator if its operands are constants.
pub(super) fn are_known_to(operator: B) -> bool {
    OPERATORS.contains(&operator)
}

/// The value of a result of element type `dtype`; none if it is not known before the model runs, or the operator is not one that is
/// computed here.
pub(super) fn evaluate(
    operator: &Operator<'_>,
    operands: &[Option<&Tensor>],
    result: &Tensor,
) -> Result<Option<Value>, Fault> {
    let value = match (operator.builtin, operands) {
        (B::SHAPE, &[Some(x)]) => {
            let dims: Vec<i64> = x.ty.shape.dims().iter().map(|&dim| dim as i64).collect();
            Value::i64([dims.len()], dims)
        }
        (B::RANK, &[Some(x)]) => Value::i64([], vec![x.ty.shape.rank() as i64]),
        _ => {
            let constants: Option<Vec<&Value>> = operands.iter().map(|&operand| plain(operand?)).collect();
            let Some(constants) = constants.filter(|constants| !constants.is_empty()) else {
                return Ok(None);
            };
            let Some(value) = of_constants(operator, &constants, result)? else { return Ok(None) };
            Some(value)
        }
    };
    let value = value.ok_or("the result does not fit its shape")?;
    let value = if value.dtype() == result.ty.dtype { value } else { cast(&value, result.ty.dtype)? };
    Ok(Some(value))
}

/// The value of a constant that stands for itself.
fn plain(tensor: &Tensor) -> Option<&Value> {
    tensor.data.as_deref().filter(|_| tensor.ty.quant.is_none())
}

fn of_constants(operator: &Operator<'_>, inputs: &[&Value], result: &Tensor) -> Result<Option<Value>, Fault> {
    let input =
        |index: usize| inputs.get(index).copied().ok_or_else(|| format!("operand {index} is missing"));
    let is_float = inputs.iter().any(|value| value.dtype() == DType::F32);
    let value = match operator.builtin {
        // What half precision constants become.
        B::DEQUANTIZE if is_float => input(0)?.clone(),
        B::CAST => cast(input(0)?, result.ty.dtype)?,
        // Arithmetic on real numbers is the operators' own.
        _ if is_float => return Ok(None),
        B::STRIDED_SLICE => strided_slice(operator, input(0)?, [input(1)?, input(2)?, input(3)?])?,
        B::SLICE => {
            let (begin, size) = (integers(input(1)?)?, integers(input(2)?)?);
            let end = begin.iter().zip(&size).map(|(&begin, &size)| match size {
                -1 => i64::MAX,
                size => begin.saturating_add(size),
            });
            let axes: Vec<i64> = (0..begin.len() as i64).collect();
            slice(input(0)?, &begin, &end.collect::<Vec<_>>(), &axes, &vec![1; axes.len()])?
        }
        B::PACK => pack(inputs, read(operator, PackOptions::read)?.axis)?,
        B::CONCATENATION => concat(inputs, read(operator, ConcatenationOptions::read)?.axis.into())?,
        B::GATHER => gather(input(0)?, input(1)?, read(operator, GatherOptions::read)?.axis.into())?,
        B::RESHAPE | B::SQUEEZE | B::EXPAND_DIMS => {
            let shape = result.ty.shape.clone();
            input(0)?.reshaped(shape).ok_or("the number of elements changes")?
        }
        B::FILL => {
            let dims: Option<Vec<usize>> =
                integers(input(0)?)?.iter().map(|&dim| usize::try_from(dim).ok()).collect();
            let dims = dims.ok_or("an extent is negative")?;
            let count = elements(&dims)?;
            let number = *integers(input(1)?)?.first().ok_or("the value has no element")?;
            Value::i64(dims, vec![number; count]).ok_or("the result does not fit its shape")?
        }
        B::RANGE => range(input(0)?, input(1)?, input(2)?)?,
        B::REDUCE_PROD => reduction(operator, inputs, Reduction::Product)?,
        B::REDUCE_MAX => reduction(operator, inputs, Reduction::Max)?,
        B::REDUCE_MIN => reduction(operator, inputs, Reduction::Min)?,
        B::SUM => reduction(operator, inputs, Reduction::Sum)?,
        B::ADD => arithmetic(operator, inputs, |a, b| Some(a.wrapping_add(b)))?,
        B::SUB => arithmetic(operator, inputs, |a, b| Some(a.wrapping_sub(b)))?,
        B::MUL => arithmetic(operator, inputs, |a, b| Some(a.wrapping_mul(b)))?,
        B::DIV => arithmetic(operator, inputs, i64::checked_div)?,
        B::FLOOR_DIV => pairs(inputs, |a, b| {
            let quotient = a.checked_div(b)?;
            Some(quotient - i64::from(a % b != 0 && (a < 0) != (b < 0)))
        })?,
        B::FLOOR_MOD => pairs(inputs, |a, b| {
            let remainder = a.checked_rem(b)?;
            Some(if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder })
        })?,
        B::MAXIMUM => pairs(inputs, |a, b| Some(a.max(b)))?,
        B::MINIMUM => pairs(inputs, |a, b| Some(a.min(b)))?,
        B::NEG => unary(input(0)?, |x| -x, i64::wrapping_neg)?,
        B::ABS => unary(input(0)?, f32::abs, i64::wrapping_abs)?,
        B::SELECT_V2 => choose(input(0)?, input(1)?, input(2)?)?,
        _ => return Ok(None),
    };
    Ok(Some(value))
}

fn read<'a, T>(
    operator: &Operator<'a>,
    read: impl FnOnce(&Operator<'a>) -> Result<T, super::flatbuffer::FlatbufferError>,
) -> Result<T, Fault> {
    read(operator).map_err(|fault| fault.to_string())
}

fn pairs(inputs: &[&Value], integer: impl Fn(i64, i64) -> Option<i64>) -> Result<Value, Fault> {
    match inputs {
        [a, b] => binary(a, b, |a, _| a, integer),
        _ => Err(format!("expects two operands, got {}", inputs.len())),
    }
}

/// Of operators that may have an activation, which no integer arithmetic has.
fn arithmetic(
    operator: &Operator<'_>,
    inputs: &[&Value],
    integer: impl Fn(i64, i64) -> Option<i64>,
) -> Result<Value, Fault> {
    let activation = read(operator, ArithmeticOptions::read)?.activation;
    match activation.clamp()? {
        [f32::NEG_INFINITY, f32::INFINITY] => pairs(inputs, integer),
        _ => Err(format!("has a fused {activation:?} on integers")),
    }
}

fn reduction(operator: &Operator<'_>, inputs: &[&Value], reduction: Reduction) -> Result<Value, Fault> {
    let &[x, axes] = inputs else { return Err("expects an operand and axes".to_owned()) };
    reduced(x, reduction, &integers(axes)?, read(operator, ReducerOptions::read)?.keep_dims)
}

/// The operands along a new axis.
fn pack(inputs: &[&Value], axis: i32) -> Result<Value, Fault> {
    let rank = inputs.first().map_or(0, |first| first.shape().rank()) + 1;
    let axis = crate::ops::common::axes::resolve(axis.into(), rank)?;
    let widened: Option<Vec<Value>> = inputs
        .iter()
        .map(|value| {
            let mut dims = value.shape().dims().to_vec();
            (axis <= dims.len()).then(|| dims.insert(axis, 1))?;
            value.reshaped(dims)
        })
        .collect();
    let widened = widened.ok_or("the operands have different ranks")?;
    concat(&widened.iter().collect::<Vec<_>>(), axis as i64)
}

fn strided_slice(
    operator: &Operator<'_>,
    x: &Value,
    [begin, end, strides]: [&Value; 3],
) -> Result<Value, Fault> {
    let options = read(operator, StridedSliceOptions::read)?;
    if options.ellipsis_mask != 0 || options.new_axis_mask != 0 || options.offset {
        return Err("an ellipsis, a new axis or an offset is not supported".to_owned());
    }
    let (mut starts, mut ends, steps) = (integers(begin)?, integers(end)?, integers(strides)?);
    let count = starts.len();
    if [ends.len(), steps.len()] != [count; 2] || count > x.shape().rank() {
        return Err("begin, end and strides do not fit the operand".to_owned());
    }
    let in_mask = |mask: i32, axis: usize| mask >> axis & 1 != 0;
    for axis in 0..count {
        let forwards = steps[axis] > 0;
        if in_mask(options.shrink_axis_mask, axis) {
            // One element: the step and the end do not count.
            ends[axis] = if starts[axis] == -1 { i64::MAX } else { starts[axis].saturating_add(1) };
            continue;
        }
        if in_mask(options.begin_mask, axis) {
            starts[axis] = if forwards { 0 } else { i64::MAX };
        }
        if in_mask(options.end_mask, axis) {
            ends[axis] = if forwards { i64::MAX } else { i64::MIN };
        }
    }
    let shrunk = |axis: usize| in_mask(options.shrink_axis_mask, axis);
    let steps: Vec<i64> = (0..count).map(|axis| if shrunk(axis) { 1 } else { steps[axis] }).collect();
    let axes: Vec<i64> = (0..count as i64).collect();
    let kept = slice(x, &starts, &ends, &axes, &steps)?;
    let dims = kept.shape().dims().iter().enumerate().filter(|&(axis, _)| axis >= count || !shrunk(axis));
    let dims: Vec<usize> = dims.map(|(_, &dim)| dim).collect();
    kept.reshaped(dims).ok_or_else(|| "an index is outside the operand".to_owned())
}
