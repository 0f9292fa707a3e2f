//! Selecting and repeating elements of constants.

use std::sync::Arc;

use super::super::node::NodeImport;
use super::super::quantised::axis_index;
use super::super::shapes::elements;
use super::integers;
use crate::ir::{Data, Fault, Shape, Value};

pub(super) fn evaluate(node: &NodeImport<'_>, inputs: &[Option<Arc<Value>>]) -> Result<Option<Value>, Fault> {
    let optional = |index: usize| inputs.get(index).and_then(Option::as_deref);
    let input = |index: usize| optional(index).ok_or_else(|| format!("operand {index} is missing"));
    Ok(Some(match node.operator() {
        "Concat" => concat(inputs, node.attribute("axis")?.ok_or("the attribute `axis` is missing")?)?,
        "Gather" => gather(input(0)?, input(1)?, node.attribute_or("axis", 0i64)?)?,
        "Slice" => {
            let list = |index: usize, name: &str| match optional(index) {
                Some(value) => integers(value).map(Some),
                None => node.attribute::<Vec<i64>>(name),
            };
            let starts = list(1, "starts")?.ok_or("the starts are missing")?;
            let ends = list(2, "ends")?.ok_or("the ends are missing")?;
            let axes = list(3, "axes")?.unwrap_or_else(|| (0..starts.len() as i64).collect());
            let steps = list(4, "steps")?.unwrap_or_else(|| vec![1; starts.len()]);
            slice(input(0)?, &starts, &ends, &axes, &steps)?
        }
        "Expand" => {
            let to: Option<Vec<usize>> =
                integers(input(1)?)?.iter().map(|&dim| usize::try_from(dim).ok()).collect();
            let to = Shape(to.ok_or("the shape has a negative extent")?);
            let shape = input(0)?.shape().broadcast(&to).ok_or_else(|| format!("cannot repeat to {to}"))?;
            elements(shape.dims())?;
            input(0)?.broadcast_to(&shape).ok_or_else(|| format!("cannot repeat to {to}"))?
        }
        _ => return Ok(None),
    }))
}

fn concat(inputs: &[Option<Arc<Value>>], axis: i64) -> Result<Value, Fault> {
    let values: Vec<&Value> = inputs.iter().flatten().map(Arc::as_ref).collect();
    let first = *values.first().ok_or("there are no operands")?;
    let axis = axis_index(axis, first.shape().rank())?;
    let mut dims = first.shape().0.clone();
    dims[axis] = 0;
    for value in &values {
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
    for value in &values {
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

fn gather(x: &Value, indices: &Value, axis: i64) -> Result<Value, Fault> {
    let dims = x.shape().dims();
    let axis = axis_index(axis, dims.len())?;
    let extent = dims[axis];
    let picked: Vec<usize> = integers(indices)?
        .iter()
        .map(|&index| axis_index(index, extent))
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

fn slice(x: &Value, starts: &[i64], ends: &[i64], axes: &[i64], steps: &[i64]) -> Result<Value, Fault> {
    let dims = x.shape().dims();
    if [ends.len(), axes.len(), steps.len()] != [starts.len(); 3] {
        return Err("starts, ends, axes and steps differ in number".to_owned());
    }
    let mut kept: Vec<Vec<usize>> = dims.iter().map(|&dim| (0..dim).collect()).collect();
    for (((&start, &end), &axis), &step) in starts.iter().zip(ends).zip(axes).zip(steps) {
        let axis = axis_index(axis, dims.len())?;
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
