//! A tensor as axes that stay and axes that are reduced, in turn.

use crate::ir::{Fault, Shape};
use crate::kernel::Const;

/// A tensor's extents as `[kept][reduced][kept][reduced][kept]`: neighbouring axes of the same kind are one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extents {
    /// Extents that stay.
    pub kept: [usize; 3],
    /// Extents that are reduced.
    pub reduced: [usize; 2],
}

impl Extents {
    /// The extents of `shape` where `axes` are reduced; a fault if an axis does not exist, if there is nothing to reduce, or if the axes do
    /// not form at most two groups.
    pub fn new(shape: &Shape, axes: &[usize]) -> Result<Self, Fault> {
        if let Some(axis) = axes.iter().find(|&&axis| axis >= shape.rank()) {
            return Err(format!("axis {axis} is not an axis of {shape}"));
        }
        let mut slots = [1usize; 5];
        let mut slot = 0;
        for (axis, &dim) in shape.dims().iter().enumerate().filter(|&(_, &dim)| dim != 1) {
            // Odd slots are reduced.
            if (slot % 2 == 1) != axes.contains(&axis) {
                slot += 1;
            }
            let Some(extent) = slots.get_mut(slot) else {
                return Err(format!(
                    "the axes {axes:?} of {shape} form three groups; two can be reduced at once"
                ));
            };
            *extent = extent.saturating_mul(dim);
        }
        let [a, first, b, second, c] = slots;
        if first.saturating_mul(second) == 0 {
            return Err(format!(
                "of no elements ({shape} over the axes {axes:?}) there is nothing to reduce"
            ));
        }
        Ok(Extents { kept: [a, b, c], reduced: [first, second] })
    }

    /// Elements that become one.
    pub fn count(&self) -> usize {
        self.reduced[0] * self.reduced[1]
    }

    /// The shape of the result: without the axes, or with extents of 1 in their place.
    pub fn result(shape: &Shape, axes: &[usize], keep_dims: bool) -> Vec<usize> {
        let kept = |(axis, &dim): (usize, &usize)| match axes.contains(&axis) {
            false => Some(dim),
            true => keep_dims.then_some(1),
        };
        shape.dims().iter().enumerate().filter_map(kept).collect()
    }

    /// The extents as constants of the kernels' shapes.
    pub fn constants(&self) -> Vec<(&'static str, Const)> {
        vec![("KEPT", self.kept.into()), ("REDUCED", Const::Dims(self.reduced.to_vec()))]
    }

    /// The places of each group of elements that become one, in order.
    pub fn groups(&self, mut visit: impl FnMut(&[usize])) {
        let [outer, middle, inner] = self.kept;
        let [first, second] = self.reduced;
        let mut group = vec![0; self.count()];
        for o in 0..outer {
            for m in 0..middle {
                for i in 0..inner {
                    let place =
                        |f: usize, s: usize| (((o * first + f) * middle + m) * second + s) * inner + i;
                    for f in 0..first {
                        for s in 0..second {
                            group[f * second + s] = place(f, s);
                        }
                    }
                    visit(&group);
                }
            }
        }
    }

    /// For each result element: folds over its elements, then finishes.
    pub fn walk<T: Copy, A: Copy, R>(
        &self,
        x: &[T],
        start: A,
        fold: impl Fn(A, T) -> A,
        finish: impl Fn(A) -> R,
    ) -> Vec<R> {
        let [outer, middle, inner] = self.kept;
        let [first, second] = self.reduced;
        let mut results = Vec::with_capacity(outer * middle * inner);
        for o in 0..outer {
            for m in 0..middle {
                for i in 0..inner {
                    let mut acc = start;
                    for f in 0..first {
                        let mut s = 0;
                        while s < second {
                            acc = fold(acc, x[(((o * first + f) * middle + m) * second + s) * inner + i]);
                            s += 1;
                        }
                    }
                    results.push(finish(acc));
                }
            }
        }
        results
    }
}
