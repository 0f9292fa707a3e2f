//! Mean over axes in floating point.

use crate::arena::{Dst, Src, bytes, check_overlap};
pub use crate::kernels::axes::Shape;
use crate::kernels::axes::{GAPS, count, operands, reduce, results};
use crate::memory::{Memory, check_buffer};

/// Constants of a layer: none.
pub struct Params {}

/// A layer: geometry and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may be that of the operand, or before it.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

const fn check_layer<L: Layer, M: Memory>() {
    let (input, output) = (operands::<L::Shape>(), results::<L::Shape>());
    check_buffer::<f32>(L::INPUT, input, M::REGIONS);
    check_buffer::<f32>(L::OUTPUT, output, M::REGIONS);
    check_overlap(GAPS, (L::INPUT, bytes::<f32>(input)), (L::OUTPUT, bytes::<f32>(output)), false);
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { average::<L::Shape>(input, output) }
}

/// # Safety
/// Operand and result have the lengths of the shape; the result begins at or before the operand, or they do not overlap.
#[inline(never)]
unsafe fn average<S: Shape>(input: Src<f32>, output: Dst<f32>) {
    let finish = |sum: f32| sum / const { count::<S>() as f32 };
    // SAFETY: the caller's.
    unsafe { reduce::<S, _, _, _>(input, output, 0.0, |sum, x| sum + x, finish) }
}

#[cfg(test)]
mod test;
