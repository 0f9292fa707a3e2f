//! Boxes of elements that are copied between strided places: what the kernels of transpositions and concatenations take.

use crate::cost::Work;
use crate::ir::Fault;
use crate::kernel::Const;

/// One axis of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Number of elements along it.
    pub extent: usize,
    /// Step in the operand, in elements.
    pub from: usize,
    /// Step in the result, in elements.
    pub to: usize,
}

/// Number of axes that the kernels have.
const AXES: usize = 5;

/// What a copy of a box does, in the model of the kernels for elements of so many bytes.
pub fn work(model: &'static str, element_bytes: usize, axes: &[Axis]) -> Result<Work, Fault> {
    let merged = merged(axes)?;
    let (last, outer) = merged.split_last().ok_or("a box has axes")?;
    let rows: usize = outer.iter().map(|axis| axis.extent).product();
    let work = Work::new(model, 200);
    let elements = rows * last.extent;
    Ok(match (last.from, last.to, last.extent * element_bytes) {
        // Compilers copy few bytes in place, some in a loop and many by calling a function.
        (1, 1, ..=16) => work.with("short_run", rows).with("short_copied", elements),
        (1, 1, ..=64) => work.with("run", rows).with("copied", elements),
        (1, 1, _) => work.with("long_run", rows).with("long_copied", elements),
        _ => work.with("row", rows).with("element", elements),
    })
}

/// The constants of the kernels' `Shape` for a box, outermost axis first. Axes that can be walked as one are made one; a fault
/// if more remain than the kernels have.
pub fn shape(axes: &[Axis]) -> Result<Vec<(&'static str, Const)>, Fault> {
    let all = merged(axes)?;
    let constant = |part: fn(&Axis) -> usize| Const::Dims(all.iter().map(part).collect());
    Ok(vec![
        ("EXTENTS", constant(|axis| axis.extent)),
        ("FROM", constant(|axis| axis.from)),
        ("TO", constant(|axis| axis.to)),
    ])
}

/// As many axes as the kernels have.
fn merged(axes: &[Axis]) -> Result<Vec<Axis>, Fault> {
    let mut merged: Vec<Axis> = Vec::new();
    for &axis in axes.iter().filter(|axis| axis.extent != 1) {
        match merged.last_mut() {
            Some(last) if last.from == axis.from * axis.extent && last.to == axis.to * axis.extent => {
                *last = Axis { extent: last.extent * axis.extent, ..axis };
            }
            _ => merged.push(axis),
        }
    }
    let missing = AXES
        .checked_sub(merged.len())
        .ok_or_else(|| format!("moves elements along {} axes, of at most {AXES}", merged.len()))?;
    // An innermost axis of one element counts as contiguous.
    let mut all = vec![Axis { extent: 1, from: 1, to: 1 }; missing];
    all.extend(merged);
    Ok(all)
}

#[cfg(test)]
mod test {
    use super::{Axis, shape};
    use crate::kernel::Const;

    fn axis(extent: usize, from: usize, to: usize) -> Axis {
        Axis { extent, from, to }
    }

    #[test]
    fn axes_that_lie_behind_one_another_become_one() {
        // [1, 2, 3, 4] to [1, 3, 4, 2].
        let shape = shape(&[axis(1, 24, 24), axis(3, 4, 8), axis(4, 1, 2), axis(2, 12, 1)]).unwrap();
        assert_eq!(shape[0].1, Const::Dims(vec![1, 1, 1, 12, 2]));
        assert_eq!(shape[1].1, Const::Dims(vec![1, 1, 1, 1, 12]));
        assert_eq!(shape[2].1, Const::Dims(vec![1, 1, 1, 2, 1]));
    }

    #[test]
    fn a_single_element_is_a_box() {
        assert_eq!(shape(&[axis(1, 9, 7)]).unwrap()[0].1, Const::Dims(vec![1; 5]));
    }

    #[test]
    fn six_axes_that_cannot_be_joined_are_refused() {
        let axes: Vec<_> = (0..6).map(|i| axis(2, 1 << i, 1 << (5 - i))).collect();
        assert_eq!(shape(&axes).unwrap_err(), "moves elements along 6 axes, of at most 5");
    }
}
