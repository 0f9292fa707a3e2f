//! A tensor with a border of one value.

use tinyml_arith::overlap::Gaps;
use tinyml_arith::size::{product, sum};

use crate::arena::{Dst, Element, Src};

/// Extents, outermost axis first, filled up with 1 in front.
pub trait Shape {
    /// Extents of the operand.
    const INPUT: [usize; 4];
    /// Elements in front of it along each axis.
    const BEFORE: [usize; 4] = [0; 4];
    /// Elements behind it along each axis.
    const AFTER: [usize; 4] = [0; 4];
}

const fn elements(dims: [usize; 4]) -> usize {
    product(dims)
}

/// Extents of the result.
pub(crate) const fn output<S: Shape>() -> [usize; 4] {
    let mut dims = S::INPUT;
    let mut axis = 0;
    while axis < 4 {
        dims[axis] = sum([dims[axis], S::BEFORE[axis], S::AFTER[axis]]);
        axis += 1;
    }
    dims
}

/// How far the result may lie over the operand.
pub(crate) const fn gaps<S: Shape>(element_bytes: usize) -> Gaps {
    Gaps::padded(S::INPUT, S::BEFORE, S::AFTER, element_bytes)
}

/// # Safety
/// Operand and result have the lengths of the shape; the result overlaps the operand no further than [`gaps`] allow.
#[inline(never)]
unsafe fn pad<S: Shape, T: Element>(input: Src<T>, result: Dst<T>, value: T) {
    let [blocks, rows, columns, length] = const { output::<S>() };
    let (mut from, mut to) = (0, 0);
    for i in 0..blocks {
        for j in 0..rows {
            for k in 0..columns {
                // Positions in front of the operand wrap to huge numbers, which the comparisons catch.
                let inside = i.wrapping_sub(S::BEFORE[0]) < S::INPUT[0]
                    && j.wrapping_sub(S::BEFORE[1]) < S::INPUT[1]
                    && k.wrapping_sub(S::BEFORE[2]) < S::INPUT[2];
                // SAFETY: (i, j, k) is a row of the result, and `to` its start; as many rows are inside as the operand
                // has, and `from` moves through them.
                unsafe {
                    if inside {
                        // First of all, for the result may lie over the operand.
                        result.skip(to + S::BEFORE[3]).move_from(input.skip(from), S::INPUT[3]);
                        fill(result.skip(to), S::BEFORE[3], value);
                        fill(result.skip(to + S::BEFORE[3] + S::INPUT[3]), S::AFTER[3], value);
                        from += S::INPUT[3];
                    } else {
                        fill(result.skip(to), length, value);
                    }
                }
                to += length;
            }
        }
    }
}

/// # Safety
/// The buffer has `count` elements.
#[inline(always)]
unsafe fn fill<T: Element>(buffer: Dst<T>, count: usize, value: T) {
    for i in 0..count {
        // SAFETY: the caller's.
        unsafe { buffer.set(i, value) };
    }
}

macro_rules! kernels {
    ($($name:ident: $element:ty;)*) => {$(
        /// Copies a tensor and puts a border around it.
        pub mod $name {
            pub use super::Shape;
            use super::{elements, gaps, output, pad};
            use crate::arena::{bytes, check_overlap};
            use crate::memory::{Memory, check_buffer};

            /// Constants of a layer.
            pub struct Params {
                /// What the border consists of.
                pub value: $element,
            }

            /// A layer: geometry, constants and places in the arena.
            pub trait Layer {
                /// Geometry.
                type Shape: Shape;
                /// Byte offset of the operand.
                const INPUT: usize;
                /// Byte offset of the result; may lie over the operand so far that the last row is moved to behind itself.
                const OUTPUT: usize;
                /// Constants.
                const PARAMS: Params;
            }

            const fn check_layer<L: Layer, M: Memory>() {
                let (input, output) = (elements(L::Shape::INPUT), elements(output::<L::Shape>()));
                check_buffer::<$element>(L::INPUT, input, M::REGIONS);
                check_buffer::<$element>(L::OUTPUT, output, M::REGIONS);
                let gaps = gaps::<L::Shape>(size_of::<$element>());
                let (input, output) = (bytes::<$element>(input), bytes::<$element>(output));
                check_overlap(gaps, (L::INPUT, input), (L::OUTPUT, output), false);
            }

            /// Carries the layer out.
            #[inline(always)]
            pub fn run<L: Layer, M: Memory>(memory: &mut M) {
                const { check_layer::<L, M>() };
                let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
                // SAFETY: `check_layer` holds.
                unsafe { pad::<L::Shape, $element>(input, output, const { L::PARAMS.value }) }
            }
        }
    )*};
}
kernels! {
    pad_s8: i8;
    pad_f32: f32;
}

#[cfg(test)]
mod test;
