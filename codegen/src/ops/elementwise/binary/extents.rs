//! The extents that kernels with broadcasting see: four axes, and calls for what lies outside them.

use crate::ir::{Fault, Shape};
use crate::kernel::{KernelCall, Operand};

/// More calls than this are not made for one node.
const MOST_CALLS: usize = 64;

/// Extents of a result and of operands that are broadcast to it, in the four axes of a kernel.
pub struct Extents<const N: usize> {
    /// The result's, of one call.
    pub output: [usize; 4],
    /// The operands', of one call.
    pub operands: [[usize; 4]; N],
    /// Where the part of each call begins in the result and in the operands, in elements.
    pub calls: Vec<(usize, [usize; N])>,
}

/// An axis of the result: its extent there and in each operand.
type Axis<const N: usize> = (usize, [usize; N]);

impl<const N: usize> Extents<N> {
    /// The extents for these shapes, filled up with 1 in front. Where there are more axes than four, neighbouring ones along which the same operands
    /// repeat become one; what is then still outside takes a call for each place.
    pub fn new(output: &Shape, operands: [&Shape; N]) -> Result<Extents<N>, Fault> {
        let rank = output.rank();
        let own = |shape: &Shape, axis: usize| {
            (axis + shape.rank()).checked_sub(rank).and_then(|own| shape.dims().get(own).copied()).unwrap_or(1)
        };
        let mut axes: Vec<Axis<N>> = (0..rank)
            .map(|axis| (own(output, axis), operands.map(|operand| own(operand, axis))))
            .collect();
        if rank > 4 {
            axes = merged(&axes);
        }
        let (outside, inside) = axes.split_at(axes.len().saturating_sub(4));
        let mut extents = Extents { output: [1; 4], operands: [[1; 4]; N], calls: vec![(0, [0; N])] };
        for (axis, (extent, own)) in (4 - inside.len()..).zip(inside) {
            extents.output[axis] = *extent;
            for (dims, extent) in extents.operands.iter_mut().zip(own) {
                dims[axis] = *extent;
            }
        }
        let count = outside.iter().try_fold(1usize, |count, (extent, _)| count.checked_mul(*extent));
        if count.is_none_or(|count| count > MOST_CALLS) {
            let shapes: Vec<String> = operands.iter().map(ToString::to_string).collect();
            let shapes = shapes.join(" with ");
            return Err(format!("has no kernel for {shapes}: the operands repeat along too many axes in turn"));
        }
        // From the innermost of the axes outside on.
        let product = |dims: [usize; 4]| dims.iter().product::<usize>();
        let mut sizes = (product(extents.output), extents.operands.map(product));
        for (extent, own) in outside.iter().rev() {
            let steps: [usize; N] = std::array::from_fn(|i| if own[i] == 1 { 0 } else { sizes.1[i] });
            let places = (0..*extent).flat_map(|place| {
                extents.calls.iter().map(move |(start, starts)| {
                    (start + place * sizes.0, std::array::from_fn(|i| starts[i] + place * steps[i]))
                })
            });
            extents.calls = places.collect();
            sizes = (sizes.0 * extent, std::array::from_fn(|i| sizes.1[i] * own[i]));
        }
        Ok(extents)
    }
}

/// The call with all its tensors that many bytes on: operands as they are numbered, and the result.
pub fn moved<const N: usize>(call: &KernelCall, operands: [usize; N], output: usize) -> KernelCall {
    let mut call = call.clone();
    for (_, operand) in &mut call.operands {
        match operand {
            Operand::Input { index, offset } => *offset += operands.get(*index).copied().unwrap_or(0),
            Operand::Output { offset, .. } => *offset += output,
            Operand::Scratch { .. } => {}
        }
    }
    call
}

/// Extents without the ones in front, for a name: `5x5x64`.
pub fn describe(dims: [usize; 4]) -> String {
    let first = dims.iter().position(|&dim| dim != 1).unwrap_or(3);
    dims[first..].iter().map(usize::to_string).collect::<Vec<_>>().join("x")
}

fn merged<const N: usize>(axes: &[Axis<N>]) -> Vec<Axis<N>> {
    let repeats = |(output, operands): Axis<N>| operands.map(|operand| operand != output);
    let mut merged: Vec<Axis<N>> = Vec::new();
    for &axis in axes.iter().filter(|(output, _)| *output != 1) {
        match merged.last_mut() {
            Some(last) if repeats(*last) == repeats(axis) => {
                last.0 *= axis.0;
                last.1.iter_mut().zip(axis.1).for_each(|(extent, more)| *extent *= more);
            }
            _ => merged.push(axis),
        }
    }
    merged
}

#[cfg(test)]
mod test {
    use super::*;

    #[test]
    fn axes_outside_take_a_call_for_each_place() {
        let [output, a, b] = [vec![2, 3, 5, 2, 3], vec![2, 3, 1, 2, 3], vec![2, 1, 5, 1, 3]].map(Shape);
        let extents = Extents::new(&output, [&a, &b]).unwrap();
        assert_eq!((extents.output, extents.operands), ([3, 5, 2, 3], [[3, 1, 2, 3], [1, 5, 1, 3]]));
        assert_eq!(extents.calls, [(0, [0, 0]), (90, [18, 15])]);
    }

    #[test]
    fn two_axes_outside() {
        let [output, a] = [vec![2, 3, 2, 3, 2, 3], vec![2, 1, 2, 1, 2, 1]].map(Shape);
        let extents = Extents::new(&output, [&a]).unwrap();
        assert_eq!((extents.output, extents.operands), ([2, 3, 2, 3], [[2, 1, 2, 1]]));
        let expected = [(0, [0]), (36, [0]), (72, [0]), (108, [4]), (144, [4]), (180, [4])];
        assert_eq!(extents.calls, expected);
        let [output, a] = [vec![9, 9, 2, 3, 2, 3], vec![9, 1, 2, 1, 2, 1]].map(Shape);
        assert!(Extents::new(&output, [&a]).is_err_and(|fault| fault.contains("too many axes")));
    }
}
