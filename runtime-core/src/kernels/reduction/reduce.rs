//! Sums, products, extremes and norms over axes: a kernel for each element type, with the operation as a parameter of the shape.
//! Arithmetic: `tinyml_arith::reduction`.

use tinyml_arith::reduction::Whole;

use crate::arena::{Dst, Element, Src};
use crate::kernels::axes::{self, Shape};

/// # Safety
/// Operand and result have the lengths of the shape; the result begins at or before the operand, or they do not overlap.
#[inline(never)]
unsafe fn reals<S: Shape, T: Element + Into<f32> + From<f32>>(input: Src<T>, output: Dst<T>) {
    let fold = |acc, x: T| S::REDUCTION.fold(acc, x.into());
    let finish = |acc| T::from(S::REDUCTION.finish(acc));
    // SAFETY: the caller's.
    unsafe { axes::reduce::<S, _, _, _>(input, output, S::REDUCTION.start(), fold, finish) }
}

/// # Safety
/// As for [`reals`].
#[inline(never)]
unsafe fn whole<S: Shape, T: Element + Whole>(input: Src<T>, output: Dst<T>) {
    let fold = |acc: T, x| acc.fold(S::REDUCTION, x);
    // SAFETY: the caller's.
    unsafe { axes::reduce::<S, _, _, _>(input, output, T::start(S::REDUCTION), fold, |acc| acc) }
}

/// Declares the kernel of an element type.
macro_rules! kernels {
    ($($(#[$doc:meta])* $kernel:ident: $element:ident by $reduce:ident;)*) => {$(
        $(#[$doc])*
        pub mod $kernel {
            pub use crate::kernels::axes::Shape;
            use crate::kernels::axes::{GAPS, operands, results};
            use crate::arena::{bytes, check_overlap};
            use crate::memory::{Memory, check_buffer};

            /// The kernel has no constants.
            pub struct Params {}

            /// A layer: geometry and places in the arena.
            pub trait Layer {
                /// Geometry and operation.
                type Shape: Shape;
                /// Byte offset of the operand.
                const INPUT: usize;
                /// Byte offset of the result; may be that of the operand, or before it.
                const OUTPUT: usize;
                /// No constants.
                const PARAMS: Params;
            }

            const fn check_layer<L: Layer, M: Memory>() {
                let (input, output) = (operands::<L::Shape>(), results::<L::Shape>());
                check_buffer::<$element>(L::INPUT, input, M::REGIONS);
                check_buffer::<$element>(L::OUTPUT, output, M::REGIONS);
                let (input, output) = (bytes::<$element>(input), bytes::<$element>(output));
                check_overlap(GAPS, (L::INPUT, input), (L::OUTPUT, output), false);
            }

            /// Carries the layer out.
            #[inline(always)]
            pub fn run<L: Layer, M: Memory>(memory: &mut M) {
                const { check_layer::<L, M>() };
                let (input, output) = memory.cursor().io::<$element, $element>(L::INPUT, L::OUTPUT);
                // SAFETY: `check_layer` holds.
                unsafe { super::$reduce::<L::Shape, _>(input, output) }
            }
        }
    )*};
}

kernels! {
    /// Of floats.
    reduce_f32: f32 by reals;
    /// Of bytes: extremes.
    reduce_s8: i8 by whole;
    /// Of 32-bit integers.
    reduce_i32: i32 by whole;
    /// Of 64-bit integers.
    reduce_i64: i64 by whole;
}

#[cfg(test)]
mod test;
