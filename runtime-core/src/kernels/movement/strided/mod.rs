//! Copies between strided places: transposition, and the parts of a concatenation.

#[cfg(test)]
mod test;

use tinyml_arith::size::{difference, product, sum};

use crate::arena::{Dst, Element, Src};

/// A box of elements, outermost axis first, filled up with 1 in front, and how far apart they lie in operand and result.
///
/// Steps are in elements. The buffers that the layer names begin at the lowest element that is read or written.
pub trait Shape {
    /// Extents of the box.
    const EXTENTS: [usize; 5];
    /// Step along each axis in the operand: 0 where an element is read again and again, negative where the axis runs backwards.
    const FROM: [isize; 5];
    /// How far behind the lowest element of the operand the first one is that is read.
    const FIRST: usize = 0;
    /// Step along each axis in the result.
    const TO: [usize; 5];
}

/// Elements from the first to the last of the box, both included. Refuses an empty box.
const fn span(extents: [usize; 5], steps: [usize; 5]) -> usize {
    let (mut last, mut axis) = (0, 0);
    while axis < 5 {
        assert!(extents[axis] > 0, "a box without elements");
        last = sum([last, product([difference(extents[axis], 1), steps[axis]])]);
        axis += 1;
    }
    sum([last, 1])
}

/// Elements from the lowest to the highest that is read, both included. Refuses a wrong first element.
const fn operand_span<S: Shape>() -> usize {
    let (mut sizes, mut first, mut axis) = ([0; 5], 0, 0);
    while axis < 5 {
        sizes[axis] = S::FROM[axis].unsigned_abs();
        if S::FROM[axis] < 0 {
            first = sum([first, product([difference(S::EXTENTS[axis], 1), sizes[axis]])]);
        }
        axis += 1;
    }
    assert!(first == S::FIRST, "the first element is another");
    span(S::EXTENTS, sizes)
}

/// Whether rows of bytes lie on whole words, if operand and result do.
const fn in_words<S: Shape>() -> bool {
    let mut axis = 0;
    while axis < 4 {
        let on_words = S::FROM[axis] % 4 == 0 && S::TO[axis].is_multiple_of(4);
        if S::EXTENTS[axis] > 1 && !on_words {
            return false;
        }
        axis += 1;
    }
    S::FROM[4] == 1 && S::TO[4] == 1 && S::EXTENTS[4].is_multiple_of(4) && S::FIRST.is_multiple_of(4)
}

/// Copies the box. `WORDS`: all rows lie on whole words.
///
/// # Safety
/// Operand and result have the spans of the shape and do not overlap. With `WORDS`, they are aligned to 4, and [`in_words`] holds.
#[inline(never)]
unsafe fn copy<S: Shape, T: Element, const WORDS: bool>(input: Src<T>, output: Dst<T>) {
    let contiguous = const { S::FROM[4] == 1 && S::TO[4] == 1 };
    // SAFETY: `rows` gives the starts of rows, so that all their elements are in the spans.
    unsafe {
        rows::<S>(|from, to| {
            if WORDS {
                // For up to 64 bytes the compiler then needs no call.
                let output = output.skip(to).cast::<u32>();
                output.copy_from(input.skip(from).cast(), const { S::EXTENTS[4] / 4 });
            } else if contiguous {
                output.skip(to).copy_from(input.skip(from), S::EXTENTS[4]);
            } else {
                for i in 0..S::EXTENTS[4] {
                    output.set(to + i * S::TO[4], input.get(along::<S>(from, 4, i)));
                }
            }
        });
    }
}

/// Whether the box is one run of neighbours, which can be moved over itself.
const fn is_run<S: Shape>() -> bool {
    let mut axis = 0;
    while axis < 4 {
        if S::EXTENTS[axis] != 1 {
            return false;
        }
        axis += 1;
    }
    S::FROM[4] == 1 && S::TO[4] == 1
}

/// Moves the box, which may lie over its result.
///
/// # Safety
/// Operand and result have the spans of the shape; [`is_run`] holds.
#[inline(never)]
unsafe fn move_run<S: Shape, T: Element>(input: Src<T>, output: Dst<T>) {
    // SAFETY: the caller's: the box is so many neighbours.
    unsafe { output.move_from(input, S::EXTENTS[4]) }
}

/// Copies the box, each element through a table of 256 entries that is indexed by the element's bits.
///
/// # Safety
/// As for [`copy`]; the table has 256 elements.
#[inline(never)]
unsafe fn look_up<S: Shape>(input: Src<i8>, output: Dst<i8>, table: Src<i8>) {
    // SAFETY: `rows` gives the starts of rows, so that all their elements are in the spans; a byte is below 256.
    unsafe {
        rows::<S>(|from, to| {
            for i in 0..S::EXTENTS[4] {
                let element = input.get(along::<S>(from, 4, i));
                output.set(to + i * S::TO[4], table.get(usize::from(element as u8)));
            }
        });
    }
}

/// The place in the operand `count` steps along an axis from another. What is read lies in the operand, so nothing wraps there.
#[inline(always)]
fn along<S: Shape>(place: usize, axis: usize, count: usize) -> usize {
    place.wrapping_add((count as isize).wrapping_mul(S::FROM[axis]) as usize)
}

/// Calls `row` with the places, in operand and result, of the first element of every row of the box.
#[inline(always)]
fn rows<S: Shape>(mut row: impl FnMut(usize, usize)) {
    let [a, b, c, d, _] = S::EXTENTS;
    for i in 0..a {
        for j in 0..b {
            for k in 0..c {
                for l in 0..d {
                    row(
                        along::<S>(along::<S>(along::<S>(along::<S>(S::FIRST, 0, i), 1, j), 2, k), 3, l),
                        i * S::TO[0] + j * S::TO[1] + k * S::TO[2] + l * S::TO[3],
                    );
                }
            }
        }
    }
}

/// A layer's trait and `run` for a copy from arena to arena, where `Params`, what is to be checked of them, and the work
/// differ.
macro_rules! arena_to_arena {
    ($element:ty, $check:expr, $may_lie_over:expr, $work:expr) => {
        pub use super::Shape;
        use super::{operand_span, span};
        use crate::arena::{bytes, check_disjoint};
        use crate::memory::{Memory, check_buffer};

        /// A layer: geometry, constants and places in the arena.
        pub trait Layer {
            /// Geometry.
            type Shape: Shape;
            /// Byte offset of the lowest element that is read.
            const INPUT: usize;
            /// Byte offset of the first element that is written; what is read and what is written must not overlap, but for a copy of one
            /// run of neighbours.
            const OUTPUT: usize;
            /// Constants.
            const PARAMS: Params;
        }

        const fn check_layer<L: Layer, M: Memory>() {
            let input = operand_span::<L::Shape>();
            let output = span(L::Shape::EXTENTS, L::Shape::TO);
            check_buffer::<$element>(L::INPUT, input, M::REGIONS);
            check_buffer::<$element>(L::OUTPUT, output, M::REGIONS);
            if !$may_lie_over {
                check_disjoint(L::INPUT, bytes::<$element>(input), L::OUTPUT, bytes::<$element>(output));
            }
            $check(&L::PARAMS);
        }

        /// Carries the layer out.
        #[inline(always)]
        pub fn run<L: Layer, M: Memory>(memory: &mut M) {
            const { check_layer::<L, M>() };
            let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
            // SAFETY: `check_layer` holds.
            unsafe { $work(input, output, const { &L::PARAMS }) }
        }
    };
}

macro_rules! copies {
    ($copy:ident, $constant:ident: $element:ty) => {
        /// Copies a box of elements from one place in the arena to another.
        pub mod $copy {
            use tinyml_arith::size::sum;

            /// A copy has no constants.
            pub struct Params {}

            const fn check_params(_: &Params) {}

            use super::{copy, is_run, move_run};

            /// Whether operand and result of a layer have bytes in common.
            const fn lies_over<L: Layer>() -> bool {
                let (input, output) = (operand_span::<L::Shape>(), span(L::Shape::EXTENTS, L::Shape::TO));
                let (input, output) = (bytes::<$element>(input), bytes::<$element>(output));
                L::INPUT < sum([L::OUTPUT, output]) && L::OUTPUT < sum([L::INPUT, input])
            }

            arena_to_arena!($element, check_params, is_run::<L::Shape>(), |input, output, _| {
                if const { lies_over::<L>() } {
                    move_run::<L::Shape, $element>(input, output)
                } else if const {
                    size_of::<$element>() == 1
                        && L::INPUT.is_multiple_of(4)
                        && L::OUTPUT.is_multiple_of(4)
                        && super::in_words::<L::Shape>()
                } {
                    copy::<L::Shape, $element, true>(input, output)
                } else {
                    copy::<L::Shape, $element, false>(input, output)
                }
            });
        }

        /// Copies a box of elements from flash into the arena.
        pub mod $constant {
            pub use super::Shape;
            use super::{copy, operand_span, span};
            use crate::memory::{Memory, check_buffer};

            /// Constants of a layer.
            pub struct Params {
                /// What is copied, from the lowest element on that is read.
                pub constant: &'static [$element],
            }

            /// A layer: geometry, constants and its place in the arena.
            pub trait Layer {
                /// Geometry.
                type Shape: Shape;
                /// Byte offset of the first element that is written.
                const OUTPUT: usize;
                /// Constants.
                const PARAMS: Params;
            }

            const fn check_layer<L: Layer, M: Memory>() {
                let length = operand_span::<L::Shape>();
                assert!(L::PARAMS.constant.len() == length, "the constant does not have the shape's length");
                check_buffer::<$element>(L::OUTPUT, span(L::Shape::EXTENTS, L::Shape::TO), M::REGIONS);
            }

            /// Carries the layer out.
            #[inline(always)]
            pub fn run<L: Layer, M: Memory>(memory: &mut M) {
                const { check_layer::<L, M>() };
                let output = memory.cursor().dst(L::OUTPUT);
                // SAFETY: `check_layer` holds; flash and arena do not overlap.
                unsafe { copy::<L::Shape, $element, false>(const { &L::PARAMS }.constant.into(), output) }
            }
        }
    };
}

copies!(copy_strided_s8, copy_constant_strided_s8: i8);
copies!(copy_strided_f32, copy_constant_strided_f32: f32);

/// Copies a box of elements through a table of 256 entries, such as that of a requantisation.
pub mod lookup_strided_s8 {
    /// Constants of a layer.
    pub struct Params {
        /// The result for each operand, indexed by the operand's bits (0 to 127, then -128 to -1).
        pub table: &'static [i8],
    }

    const fn check_params(params: &Params) {
        assert!(params.table.len() == 256, "the table does not have 256 entries");
    }

    arena_to_arena!(i8, check_params, false, |input, output, params: &'static Params| {
        super::look_up::<L::Shape>(input, output, params.table.into())
    });
}
