//! Groups of elements over their deviation or norm, in floating point. Arithmetic: `tinyml_arith::normalise`.

use tinyml_arith::normalise::Normalise;

use crate::arena::{Dst, Src, bytes, check_disjoint};
use crate::kernels::axes::{self, count, operands};
use crate::memory::{Memory, check_buffer};

/// Which elements are a group, and what they are divided by. The operand is `[KEPT[0]][GROUP[0]][KEPT[1]][GROUP[1]][KEPT[2]]`; a group has the
/// elements with the same places along the kept axes.
pub trait Shape {
    /// Extents of the kept axes.
    const KEPT: [usize; 3];
    /// Extents of the axes that make a group.
    const GROUP: [usize; 2];
    /// Whether the mean is subtracted first.
    const CENTRE: bool;
    /// Whether magnitudes are added up, not squares.
    const MAGNITUDES: bool = false;
    /// Whether the sum is divided by the number of elements.
    const AVERAGE: bool;
}

/// Constants of a layer.
pub struct Params {
    /// Added to the sum.
    pub epsilon: f32,
    /// The least divisor.
    pub floor: f32,
}

/// A layer: geometry, constants and places in the arena.
pub trait Layer {
    /// Geometry.
    type Shape: Shape;
    /// Byte offset of the operand.
    const INPUT: usize;
    /// Byte offset of the result; may be that of the operand.
    const OUTPUT: usize;
    /// Constants.
    const PARAMS: Params;
}

/// The geometry as that of a reduction.
struct Geometry<S>(core::marker::PhantomData<S>);

impl<S: Shape> axes::Shape for Geometry<S> {
    const KEPT: [usize; 3] = S::KEPT;
    const REDUCED: [usize; 2] = S::GROUP;
}

const fn check_layer<L: Layer, M: Memory>() {
    let elements = operands::<Geometry<L::Shape>>();
    check_buffer::<f32>(L::INPUT, elements, M::REGIONS);
    check_buffer::<f32>(L::OUTPUT, elements, M::REGIONS);
    // Groups may lie in one another: an element may only be written where it was read.
    if L::INPUT != L::OUTPUT {
        check_disjoint(L::INPUT, bytes::<f32>(elements), L::OUTPUT, bytes::<f32>(elements));
    }
}

/// Carries the layer out.
#[inline(always)]
pub fn run<L: Layer, M: Memory>(memory: &mut M) {
    const { check_layer::<L, M>() };
    let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
    // SAFETY: `check_layer` holds.
    unsafe { groups::<L::Shape>(input, output, const { &L::PARAMS }) }
}

/// # Safety
/// Operand and result have the shape's length; they do not overlap, or begin at the same place.
#[inline(never)]
unsafe fn groups<S: Shape>(input: Src<f32>, output: Dst<f32>, params: &'static Params) {
    let [outer, middle, inner] = S::KEPT;
    let [first, second] = S::GROUP;
    let count = const { count::<Geometry<S>>() as f32 };
    let normalise = Normalise {
        centre: S::CENTRE,
        magnitudes: S::MAGNITUDES,
        average: S::AVERAGE,
        epsilon: params.epsilon,
        floor: params.floor,
    };
    for o in 0..outer {
        for m in 0..middle {
            for i in 0..inner {
                let place = |f: usize, s: usize| (((o * first + f) * middle + m) * second + s) * inner + i;
                let mut sum = 0.0;
                if S::CENTRE {
                    for f in 0..first {
                        for s in 0..second {
                            // SAFETY: every index is below its extent.
                            sum += unsafe { input.get(place(f, s)) };
                        }
                    }
                }
                let mean = normalise.mean(sum, count);
                let mut sum = 0.0;
                for f in 0..first {
                    for s in 0..second {
                        // SAFETY: as above.
                        sum += normalise.term(unsafe { input.get(place(f, s)) } - mean);
                    }
                }
                let divisor = normalise.divisor(sum, count);
                for f in 0..first {
                    for s in 0..second {
                        // SAFETY: as above; the element belongs to this group alone, and was read before.
                        unsafe { output.set(place(f, s), (input.get(place(f, s)) - mean) / divisor) };
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod test;
