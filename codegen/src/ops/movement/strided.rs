//! Boxes of elements that are copied between strided places: what the kernels of movements and concatenations take.

use crate::cost::Work;
use crate::ir::{DType, Data, Fault, Value};
use crate::kernel::{Blob, Const, no_kernel_for};

/// The kernel that copies elements of a type from one place in memory to another.
pub fn copy(dtype: DType) -> Result<&'static str, Fault> {
    match dtype {
        DType::I8 => Ok("copy_strided_s8"),
        DType::F32 => Ok("copy_strided_f32"),
        other => Err(no_kernel_for(other)),
    }
}

/// The kernel and the walk that copy so many neighbours of a type, and the bytes of an element of the kernel's: types without a kernel of
/// their own are copied as bytes.
pub fn run(dtype: DType, elements: usize) -> Result<(&'static str, Walk, usize), Fault> {
    match dtype {
        DType::I8 | DType::F32 => Ok((copy(dtype)?, Walk::run(elements), dtype.size())),
        DType::U8 | DType::Bool | DType::I16 | DType::I32 | DType::I64 => {
            Ok((copy(DType::I8)?, Walk::run(elements * dtype.size()), 1))
        }
        DType::I4 => Err(no_kernel_for(dtype)),
    }
}

/// The kernel that copies a constant from flash, and the constant as it takes it. It costs what [`copy`] costs.
pub fn copy_constant(value: &Value) -> Result<(&'static str, Blob), Fault> {
    match value.data() {
        Data::I8(data) => Ok(("copy_constant_strided_s8", Blob::weights_i8(data))),
        Data::F32(data) => Ok(("copy_constant_strided_f32", Blob::weights_f32(data))),
        _ => Err(no_kernel_for(value.dtype())),
    }
}

/// One axis of a box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Axis {
    /// Number of elements along it.
    pub extent: usize,
    /// Step in the operand, in elements.
    pub from: isize,
    /// Step in the result, in elements.
    pub to: usize,
}

/// Number of axes that the kernels have.
const AXES: usize = 5;

/// A box as the kernels walk it: axes that can be walked as one are one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walk([Axis; AXES]);

impl Walk {
    /// The walk over a box, outermost axis first; a fault if it has more axes than the kernels.
    pub fn new(axes: &[Axis]) -> Result<Walk, Fault> {
        let mut merged: Vec<Axis> = Vec::new();
        for &axis in axes.iter().filter(|axis| axis.extent != 1) {
            match merged.last_mut() {
                Some(last)
                    if last.from == axis.from * axis.extent as isize && last.to == axis.to * axis.extent =>
                {
                    *last = Axis { extent: last.extent * axis.extent, ..axis };
                }
                _ => merged.push(axis),
            }
        }
        let missing = AXES
            .checked_sub(merged.len())
            .ok_or_else(|| format!("moves elements along {} axes, of at most {AXES}", merged.len()))?;
        // An innermost axis of one element counts as contiguous.
        let mut all = [Axis { extent: 1, from: 1, to: 1 }; AXES];
        all[missing..].copy_from_slice(&merged);
        Ok(Walk(all))
    }

    /// The walk over so many neighbours.
    pub fn run(elements: usize) -> Walk {
        let mut all = [Axis { extent: 1, from: 1, to: 1 }; AXES];
        all[AXES - 1].extent = elements;
        Walk(all)
    }

    /// How many elements of the operand, counted from the first that is read, lie in front of it.
    pub fn behind(&self) -> usize {
        self.0.iter().map(|axis| (axis.extent - 1) * axis.from.min(0).unsigned_abs()).sum()
    }

    /// The constants of the kernels' `Shape`.
    pub fn constants(&self) -> Vec<(&'static str, Const)> {
        let mut constants = vec![
            ("EXTENTS", Const::Dims(self.0.iter().map(|axis| axis.extent).collect())),
            ("FROM", Const::Steps(self.0.iter().map(|axis| axis.from).collect())),
            ("TO", Const::Dims(self.0.iter().map(|axis| axis.to).collect())),
        ];
        if self.behind() != 0 {
            constants.push(("FIRST", Const::Usize(self.behind())));
        }
        constants
    }

    /// A name for the kernels' `Shape`.
    pub fn name(&self, label: &str) -> String {
        let extents: Vec<String> =
            self.0.iter().map(|axis| axis.extent).skip_while(|&extent| extent == 1).map(|e| e.to_string()).collect();
        format!("{label}{}", if extents.is_empty() { "1".to_owned() } else { extents.join("x") })
    }

    /// What a copy does, in the model of the kernels for elements of so many bytes.
    pub fn work(&self, model: &'static str, element_bytes: usize) -> Work {
        let [outer @ .., last] = &self.0;
        let rows: usize = outer.iter().map(|axis| axis.extent).product();
        let work = Work::new(model, 200);
        let elements = rows * last.extent;
        match (last.from, last.to, last.extent * element_bytes) {
            // Compilers copy few bytes in place, some in a loop and many by calling a function.
            (1, 1, ..=16) => work.with("short_run", rows).with("short_copied", elements),
            (1, 1, ..=64) => work.with("run", rows).with("copied", elements),
            (1, 1, _) => work.with("long_run", rows).with("long_copied", elements),
            _ => work.with("row", rows).with("element", elements),
        }
    }
}

#[cfg(test)]
mod test {
    use super::{Axis, Walk};
    use crate::kernel::Const;

    fn axis(extent: usize, from: isize, to: usize) -> Axis {
        Axis { extent, from, to }
    }

    #[test]
    fn axes_that_lie_behind_one_another_become_one() {
        // [1, 2, 3, 4] to [1, 3, 4, 2].
        let shape = Walk::new(&[axis(1, 24, 24), axis(3, 4, 8), axis(4, 1, 2), axis(2, 12, 1)]).unwrap().constants();
        assert_eq!(shape[0].1, Const::Dims(vec![1, 1, 1, 12, 2]));
        assert_eq!(shape[1].1, Const::Steps(vec![1, 1, 1, 1, 12]));
        assert_eq!(shape[2].1, Const::Dims(vec![1, 1, 1, 2, 1]));
    }

    #[test]
    fn a_single_element_is_a_box() {
        assert_eq!(Walk::new(&[axis(1, 9, 7)]).unwrap().constants()[0].1, Const::Dims(vec![1; 5]));
    }

    #[test]
    fn six_axes_that_cannot_be_joined_are_refused() {
        let axes: Vec<_> = (0..6).map(|i| axis(2, 1 << i, 1 << (5 - i))).collect();
        assert_eq!(Walk::new(&axes).unwrap_err(), "moves elements along 6 axes, of at most 5");
    }

    #[test]
    fn what_runs_backwards_begins_at_the_end() {
        // Three rows from the last to the first.
        let walk = Walk::new(&[axis(3, -4, 4), axis(4, 1, 1)]).unwrap();
        assert_eq!(walk.behind(), 8);
        assert!(walk.constants().contains(&("FIRST", Const::Usize(8))));
    }
}
