//! Where along an axis the largest or smallest element is: kernels for each type of elements and of the result.

use crate::arena::{Dst, Element, Src};
use crate::kernels::axes::{self, Shape};

/// A place along an axis, as the type of the result.
pub(crate) trait Place: Element {
    /// From a number of places, which fits.
    fn of(place: usize) -> Self;
}

impl Place for i32 {
    #[inline(always)]
    fn of(place: usize) -> i32 {
        place as i32
    }
}

impl Place for i64 {
    #[inline(always)]
    fn of(place: usize) -> i64 {
        place as i64
    }
}

/// Which place is meant.
pub trait Choice {
    /// Extents before and behind the axis.
    const KEPT: [usize; 2];
    /// Extent of the axis.
    const AXIS: usize;
    /// Whether the largest is meant, not the smallest.
    const LARGEST: bool;
    /// Whether the last of several is meant, not the first.
    const LAST: bool;
}

/// The choice as a reduction of one axis.
struct Geometry<C>(core::marker::PhantomData<C>);

impl<C: Choice> Shape for Geometry<C> {
    const KEPT: [usize; 3] = [C::KEPT[0], C::KEPT[1], 1];
    const REDUCED: [usize; 2] = [C::AXIS, 1];
}

/// # Safety
/// Operand and result have the lengths of the geometry and do not overlap.
#[inline(never)]
unsafe fn places<C: Choice, T: Element + PartialOrd, R: Place>(input: Src<T>, output: Dst<R>) {
    // The best so far with its place, and the next place. A number that is none is neither larger nor smaller.
    let fold = |(best, place, next): (Option<T>, usize, usize), x: T| {
        let better = match (best, C::LARGEST, C::LAST) {
            (None, ..) => true,
            (Some(best), true, false) => x > best,
            (Some(best), true, true) => x >= best,
            (Some(best), false, false) => x < best,
            (Some(best), false, true) => x <= best,
        };
        if better { (Some(x), next, next + 1) } else { (best, place, next + 1) }
    };
    // SAFETY: the caller's.
    unsafe {
        axes::reduce::<Geometry<C>, _, _, _>(input, output, (None, 0, 0), fold, |(_, place, _)| R::of(place))
    }
}

/// Declares the kernel of a type of elements and of results.
macro_rules! kernels {
    ($($(#[$doc:meta])* $kernel:ident: $element:ident => $result:ident;)*) => {$(
        $(#[$doc])*
        pub mod $kernel {
            use tinyml_arith::overlap::Gaps;

            pub use super::Choice as Shape;
            use crate::kernels::axes::{operands, results};
            use super::Geometry;
            use crate::arena::{bytes, check_overlap};
            use crate::memory::{Memory, check_buffer};

            /// The kernel has no constants.
            pub struct Params {}

            /// A layer: geometry and places in the arena.
            pub trait Layer {
                /// Geometry and choice.
                type Shape: Shape;
                /// Byte offset of the operand.
                const INPUT: usize;
                /// Byte offset of the result, which may not overlap the operand.
                const OUTPUT: usize;
                /// No constants.
                const PARAMS: Params;
            }

            const fn check_layer<L: Layer, M: Memory>() {
                let (input, output) = (operands::<Geometry<L::Shape>>(), results::<Geometry<L::Shape>>());
                assert!(L::Shape::AXIS <= i32::MAX as usize, "the axis is too long for its places");
                check_buffer::<$element>(L::INPUT, input, M::REGIONS);
                check_buffer::<$result>(L::OUTPUT, output, M::REGIONS);
                let (input, output) = (bytes::<$element>(input), bytes::<$result>(output));
                check_overlap(Gaps::APART, (L::INPUT, input), (L::OUTPUT, output), false);
            }

            /// Carries the layer out.
            #[inline(always)]
            pub fn run<L: Layer, M: Memory>(memory: &mut M) {
                const { check_layer::<L, M>() };
                let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
                // SAFETY: `check_layer` holds.
                unsafe { super::places::<L::Shape, $element, $result>(input, output) }
            }
        }
    )*};
}

kernels! {
    /// Floats, places of 32 bits.
    arg_f32_i32: f32 => i32;
    /// Floats, places of 64 bits.
    arg_f32_i64: f32 => i64;
    /// Bytes, places of 32 bits.
    arg_s8_i32: i8 => i32;
    /// Bytes, places of 64 bits.
    arg_s8_i64: i8 => i64;
}

#[cfg(test)]
mod test;
