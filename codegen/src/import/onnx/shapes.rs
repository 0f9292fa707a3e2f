//! The shapes that the file's data movement gives.

use super::quantised::axis_index;
use crate::ir::Fault;
pub use crate::limits::{elements, few_axes};

/// The permutation of a Transpose: reversed axes without one.
pub fn permutation(perm: Option<Vec<i64>>, rank: usize) -> Result<Vec<usize>, Fault> {
    let Some(perm) = perm else { return Ok((0..rank).rev().collect()) };
    let axes: Vec<usize> = perm.iter().map(|&axis| axis_index(axis, rank)).collect::<Result<_, _>>()?;
    let mut sorted = axes.clone();
    sorted.sort_unstable();
    if sorted != (0..rank).collect::<Vec<_>>() {
        return Err(format!("`perm={perm:?}` is not a permutation of {rank} axes"));
    }
    Ok(axes)
}

/// The shape that Reshape gives: 0 keeps an extent (unless `allow_zero`), one -1 takes what is left.
pub fn reshaped_dims(from: &[usize], to: &[i64], allow_zero: bool) -> Result<Vec<usize>, Fault> {
    let total = elements(from)?;
    few_axes(to.len())?;
    let mut dims = Vec::new();
    let mut open = None;
    for (axis, &dim) in to.iter().enumerate() {
        match dim {
            -1 if open.is_none() => {
                open = Some(axis);
                dims.push(1);
            }
            0 if !allow_zero => dims.push(*from.get(axis).ok_or_else(|| {
                format!("the shape {to:?} keeps axis {axis}, which the operand {from:?} does not have")
            })?),
            _ => dims.push(usize::try_from(dim).map_err(|_| format!("the shape {to:?} makes no sense"))?),
        }
    }
    let known = elements(&dims)?;
    if let Some(axis) = open {
        if known == 0 || total % known != 0 {
            return Err(format!("cannot give {from:?} the shape {to:?}"));
        }
        dims[axis] = total / known;
    }
    if elements(&dims)? != total {
        return Err(format!("cannot give {from:?} the shape {to:?}: the number of elements changes"));
    }
    Ok(dims)
}

/// The shape without axes of extent 1: those named, or all.
pub fn squeezed_dims(from: &[usize], axes: Option<&[i64]>) -> Result<Vec<usize>, Fault> {
    let drop: Vec<usize> = match axes {
        Some(axes) if axes.len() > from.len() => return Err("an axis is named twice".to_owned()),
        Some(axes) => axes.iter().map(|&axis| axis_index(axis, from.len())).collect::<Result<_, _>>()?,
        None => (0..from.len()).filter(|&axis| from[axis] == 1).collect(),
    };
    if let Some(axis) = drop.iter().find(|&&axis| from[axis] != 1) {
        return Err(format!("axis {axis} of {from:?} is not 1 and cannot be squeezed"));
    }
    Ok((0..from.len()).filter(|axis| !drop.contains(axis)).map(|axis| from[axis]).collect())
}

/// The shape with axes of extent 1 at these places of the result.
pub fn unsqueezed_dims(from: &[usize], axes: &[i64]) -> Result<Vec<usize>, Fault> {
    let rank = from.len() + axes.len();
    few_axes(rank)?;
    let new: Vec<usize> = axes.iter().map(|&axis| axis_index(axis, rank)).collect::<Result<_, _>>()?;
    let mut rest = from.iter();
    let dims: Vec<usize> = (0..rank)
        .map(|axis| if new.contains(&axis) { Some(1) } else { rest.next().copied() })
        .collect::<Option<_>>()
        .ok_or("an axis is named twice")?;
    if rest.next().is_some() { Err("an axis is named twice".to_owned()) } else { Ok(dims) }
}

/// The two axes that Flatten leaves: those before `axis` and the rest.
pub fn flattened_dims(from: &[usize], axis: i64) -> Result<Vec<usize>, Fault> {
    let axis = if axis == from.len() as i64 { from.len() } else { axis_index(axis, from.len())? };
    Ok(vec![elements(&from[..axis])?, elements(&from[axis..])?])
}
