//! Axes as model files write them.

use crate::ir::Fault;

/// The axis that a file's number means: negative numbers count from the last.
pub fn resolve(axis: i64, rank: usize) -> Result<usize, Fault> {
    let from_front = if axis < 0 { axis + rank as i64 } else { axis };
    usize::try_from(from_front)
        .ok()
        .filter(|&axis| axis < rank)
        .ok_or_else(|| format!("the axis {axis} is not one of a tensor with {rank} axes"))
}
