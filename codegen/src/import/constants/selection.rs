//! Selecting, joining and repeating elements of constants.

use super::integers;
use crate::ir::{Data, Fault, Shape, Value};
use crate::limits::elements;
use crate::ops::common::axes::resolve;

/// The values repeated to the shape `to` broadcast with their own.
pub fn expanded(x: &Value, to: &[i64]) -> Result<Value, Fault> {
    let to: Option<Vec<usize>> = to.iter().map(|&dim| usize::try_from(dim).ok()).collect();
    let to = Shape(to.ok_or("the shape has a negative extent")?);
    let shape = x.shape().broadcast(&to).ok_or_else(|| format!("cannot repeat to {to}"))?;
    elements(shape.dims())?;
    x.broadcast_to(&shape).ok_or_else(|| format!("cannot repeat to {to}"))
}

/// The values one after the other along an axis.
pub fn concat(values: &[&Value], axis: i64) -> Result<Value, Fault> {
    let first = *values.first().ok_or("there are no operands")?;
    let axis = resolve(axis, first.shape().rank())?;
    let mut dims = first.shape().0.clone();
    dims[axis] = 0;
    for value in values {
        let own = value.shape().dims();
        let fits = own.len() == dims.len() && (0..dims.len()).all(|i| i == axis || own[i] == dims[i]);
        if !fits || value.dtype() != first.dtype() {
            return Err(format!("cannot join {} and {}", first.shape(), value.shape()));
        }
        dims[axis] = dims[axis].checked_add(own[axis]).ok_or("the result is too large")?;
    }
    elements(&dims)?;
    let outer = elements(&dims[..axis])?;
    let mut rows: Vec<(usize, &Value)> = Vec::new();
    for value in values {
        rows.push((elements(&value.shape().dims()[axis..])?, value));
    }
    macro_rules! join {
        ($($variant:ident),*) => {
            match first.data() {
                $(Data::$variant(_) => {
                    let mut joined = Vec::new();
                    for row in 0..outer {
                        for (length, value) in &rows {
                            if let Data::$variant(data) = value.data() {
                                joined.extend_from_slice(&data[row * length..(row + 1) * length]);
                            }
                        }
                    }
                    Data::$variant(joined)
                })*
            }
        };
    }
    let data = join!(F32, I8, U8, I16, I32, I64, Bool);
    Value::new(dims, data).ok_or_else(|| "the operands do not fit together".to_owned())
}

/// The places along an axis that `indices` name, in their shape.
pub fn gather(x: &Value, indices: &Value, axis: i64) -> Result<Value, Fault> {
    let dims = x.shape().dims();
    let axis = resolve(axis, dims.len())?;
    let extent = dims[axis];
    let picked: Vec<usize> = integers(indices)?
        .iter()
        .map(|&index| resolve(index, extent))
        .collect::<Result<_, _>>()
        .map_err(|_| format!("an index is outside the extent {extent}"))?;
    let inner = elements(&dims[axis + 1..])?;
    let outer = elements(&dims[..axis])?;
    let shape: Vec<usize> =
        dims[..axis].iter().chain(indices.shape().dims()).chain(&dims[axis + 1..]).copied().collect();
    elements(&shape)?;
    let mut flat = Vec::new();
    for row in 0..outer {
        for &index in &picked {
            let start = (row * extent + index) * inner;
            flat.extend(start..start + inner);
        }
    }
    x.pick(shape, &flat).ok_or_else(|| "an index is outside the operand".to_owned())
}

/// A slice by Python's rules: for each of `axes` its start, end and step.
pub fn slice(x: &Value, starts: &[i64], ends: &[i64], axes: &[i64], steps: &[i64]) -> Result<Value, Fault> {
    let dims = x.shape().dims();
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        return Err("starts, ends, axes and steps differ in number".to_owned());
    }
    let mut kept: Vec<Vec<usize>> = dims.iter().map(|&dim| (0..dim).collect()).collect();
    for (((&start, &end), &axis), &step) in starts.iter().zip(ends).zip(axes).zip(steps) {
        let axis = resolve(axis, dims.len())?;
        kept[axis] = positions(dims[axis] as i64, start, end, step)?;
    }
    let shape: Vec<usize> = kept.iter().map(Vec::len).collect();
    let strides = x.shape().strides();
    let mut flat = vec![0usize];
    for (positions, stride) in kept.iter().zip(&strides) {
        flat = flat
            .iter()
            .flat_map(|base| positions.iter().map(move |position| base + position * stride))
            .collect();
    }
    x.pick(shape, &flat).ok_or_else(|| "the slice is outside the operand".to_owned())
}

/// The positions that a slice takes along an axis, by Python's rules.
fn positions(extent: i64, start: i64, end: i64, step: i64) -> Result<Vec<usize>, Fault> {
    let from_start = |index: i64| if index < 0 { index.saturating_add(extent) } else { index };
    let bounds = match step {
        0 => return Err("the step is 0".to_owned()),
        1.. => (0, extent),
        _ => (-1, extent - 1),
    };
    let (mut position, end) =
        (from_start(start).clamp(bounds.0, bounds.1), from_start(end).clamp(bounds.0, bounds.1));
    let mut positions = Vec::new();
    while (step > 0 && position < end) || (step < 0 && position > end) {
        positions.extend(usize::try_from(position));
        position = position.saturating_add(step);
    }
    Ok(positions)
}
