//! Functions of pairs of elements with NumPy's broadcasting: the geometry and the loop that all operations and element
//! types share.
//!
//! Plain numbers have one kernel for each element type, whose shape says the function ([`plain`]); quantised int8 ([`s8`]) one for each
//! function. Each has two forms: one for two operands in the arena, and one (`…_constant_…`) for an operand in the arena
//! and a constant in flash. The result may lie on an operand of its own extents, or begin before it.

pub(crate) mod plain;
pub(crate) mod s8;
#[cfg(test)]
mod test;

use core::ops::Range;

use tinyml_arith::binary::BinaryFunction;
use tinyml_arith::overlap::Gaps;
use tinyml_arith::size::product;

use crate::arch::{keep_scalar, opaque};
use crate::arena::{self, Dst, Element, Src, bytes};
use crate::kernels::part::within;

/// Extents of result and operands, outermost first, filled up with 1 in front. An operand is repeated along the axes where
/// its extent is 1 and the result's is not.
pub trait Shape {
    /// Extents of the result.
    const OUTPUT: [usize; 4];
    /// Extents of the first operand.
    const INPUT_1: [usize; 4] = Self::OUTPUT;
    /// Extents of the second operand.
    const INPUT_2: [usize; 4] = Self::OUTPUT;
    /// In kernels with a constant operand: whether it is the first one.
    const CONSTANT_FIRST: bool = false;
    /// In kernels for plain numbers: what is computed.
    const FUNCTION: BinaryFunction = BinaryFunction::Add;
}

/// What is computed for one pair of elements, with the constants of a layer.
pub(crate) trait Operation<S: Shape, T, R>: 'static {
    /// The result's element.
    fn apply(&self, first: T, second: T) -> R;
}

pub(super) const fn elements(dims: [usize; 4]) -> usize {
    product(dims)
}

/// Refuses extents that do not broadcast to the result's.
const fn check<S: Shape>() {
    check_broadcast(S::INPUT_1, S::OUTPUT);
    check_broadcast(S::INPUT_2, S::OUTPUT);
}

/// Refuses an operand's extents that do not broadcast to the result's.
pub(super) const fn check_broadcast(operand: [usize; 4], output: [usize; 4]) {
    let mut axis = 0;
    while axis < 4 {
        assert!(operand[axis] == output[axis] || operand[axis] == 1, "an operand does not broadcast");
        axis += 1;
    }
}

/// Refuses a result that lies over an operand further than the order allows in which elements are read and written.
const fn check_overlap<S: Shape, T, R>(input_dims: [usize; 4], input: usize, output: usize) {
    let (input_bytes, output_bytes) = (bytes::<T>(elements(input_dims)), bytes::<R>(elements(S::OUTPUT)));
    let gaps = Gaps::broadcast(input_dims, S::OUTPUT, size_of::<T>(), size_of::<R>());
    arena::check_overlap(gaps, (input, input_bytes), (output, output_bytes), false);
}

/// Whether an operand has the extents of the result.
const fn is_whole<S: Shape>(dims: [usize; 4]) -> bool {
    let mut axis = 0;
    while axis < 4 {
        if dims[axis] != S::OUTPUT[axis] {
            return false;
        }
        axis += 1;
    }
    true
}

/// By how many elements of an operand its place moves for one step along each axis of the result: 0 where it is repeated.
pub(super) const fn steps(dims: [usize; 4]) -> [usize; 4] {
    let mut steps = [0; 4];
    let mut inner = 1;
    let mut axis = 4;
    while axis > 0 {
        axis -= 1;
        if dims[axis] != 1 {
            steps[axis] = inner;
        }
        inner = product([inner, dims[axis]]);
    }
    steps
}

/// Some of the result's elements, where both operands have the result's extents; of other shapes all of them is one step.
///
/// # Safety
/// As for [`combine`].
#[inline(never)]
unsafe fn combine_part<S: Shape, T: Element, R: Element, O: Operation<S, T, R>>(
    first: Src<T>,
    second: Src<T>,
    output: Dst<R>,
    operation: &'static O,
    steps: Range<usize>,
) {
    if const { is_whole::<S>(S::INPUT_1) && is_whole::<S>(S::INPUT_2) } {
        for place in within(steps, const { elements(S::OUTPUT) }) {
            keep_scalar();
            // SAFETY: all three have this many elements.
            unsafe { output.set(place, operation.apply(first.get(place), second.get(place))) };
        }
    } else if steps.start == 0 && steps.end > 0 {
        // SAFETY: the caller's.
        unsafe { combine(first, second, output, operation) }
    }
}

/// # Safety
/// Operands and result have the lengths of the shape; the result overlaps an operand no further than [`Gaps::broadcast`]
/// allows.
#[inline(never)]
unsafe fn combine<S: Shape, T: Element, R: Element, O: Operation<S, T, R>>(
    first: Src<T>,
    second: Src<T>,
    output: Dst<R>,
    operation: &'static O,
) {
    if const { is_whole::<S>(S::INPUT_1) && is_whole::<S>(S::INPUT_2) } {
        for place in 0..const { elements(S::OUTPUT) } {
            keep_scalar();
            // SAFETY: all three have this many elements.
            unsafe { output.set(place, operation.apply(first.get(place), second.get(place))) };
        }
        return;
    }
    let (a, b) = const { (steps(S::INPUT_1), steps(S::INPUT_2)) };
    let [blocks, rows, columns, channels] = S::OUTPUT;
    let mut place = 0;
    for i in 0..blocks {
        // Unrolled over short axes, the loops keep the places and elements of whole blocks on the stack.
        for j in 0..opaque(rows) {
            for k in 0..opaque(columns) {
                let from = (i * a[0] + j * a[1] + k * a[2], i * b[0] + j * b[1] + k * b[2]);
                for l in 0..channels {
                    keep_scalar();
                    // SAFETY: (i, j, k, l) is an element of the result; the steps lead to the element of each operand that
                    // is repeated there.
                    unsafe {
                        let (x, y) = (first.get(from.0 + l * a[3]), second.get(from.1 + l * b[3]));
                        output.set(place, operation.apply(x, y));
                    }
                    place += 1;
                }
            }
        }
    }
}

/// Declares the two kernel modules of an operation: the fields of `Params`, and the result for a pair of elements.
macro_rules! kernels {
    (
        $(#[$doc:meta])*
        $plain:ident, $constant:ident for $element:ty => $result:ty: {
            $($(#[$field_doc:meta])* $field:ident: $ty:ty,)*
        }
        |$params:ident, $first:ident, $second:ident| $value:expr
    ) => {
        $(#[$doc])*
        pub mod $plain {
            pub use crate::kernels::elementwise::binary::Shape;
            use crate::memory::{Memory, check_buffer};
            use crate::kernels::elementwise::binary::{Operation, check, check_overlap, combine, combine_part, elements};

            /// Constants of a layer.
            pub struct Params {
                $($(#[$field_doc])* pub $field: $ty,)*
            }

            impl<S: Shape> Operation<S, $element, $result> for Params {
                #[inline(always)]
                fn apply(&self, $first: $element, $second: $element) -> $result {
                    let $params = self;
                    $value
                }
            }

            /// A layer: geometry, constants and places in the arena.
            pub trait Layer {
                /// Geometry.
                type Shape: Shape;
                /// Byte offset of the first operand.
                const INPUT_1: usize;
                /// Byte offset of the second operand.
                const INPUT_2: usize;
                /// Byte offset of the result; may be that of an operand of equal extents, or before it.
                const OUTPUT: usize;
                /// Constants.
                const PARAMS: Params;
            }

            const fn check_layer<L: Layer, M: Memory>() {
                check::<L::Shape>();
                check_buffer::<$element>(L::INPUT_1, elements(L::Shape::INPUT_1), M::REGIONS);
                check_buffer::<$element>(L::INPUT_2, elements(L::Shape::INPUT_2), M::REGIONS);
                check_buffer::<$result>(L::OUTPUT, elements(L::Shape::OUTPUT), M::REGIONS);
                check_overlap::<L::Shape, $element, $result>(L::Shape::INPUT_1, L::INPUT_1, L::OUTPUT);
                check_overlap::<L::Shape, $element, $result>(L::Shape::INPUT_2, L::INPUT_2, L::OUTPUT);
            }

            /// Carries the layer out.
            #[inline(always)]
            pub fn run<L: Layer, M: Memory>(memory: &mut M) {
                const { check_layer::<L, M>() };
                let mut cursor = memory.cursor();
                let (first, second) = (cursor.src(L::INPUT_1), cursor.src(L::INPUT_2));
                // SAFETY: `check_layer` holds.
                unsafe { combine::<L::Shape, $element, $result, _>(first, second, cursor.dst(L::OUTPUT), const { &L::PARAMS }) }
            }

            /// Carries out some of the result's elements, in their order, where both operands have its extents; all of them are what [`run`]
            /// does.
            #[inline(always)]
            pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
                const { check_layer::<L, M>() };
                let mut cursor = memory.cursor();
                let (first, second) = (cursor.src(L::INPUT_1), cursor.src(L::INPUT_2));
                let (output, params) = (cursor.dst(L::OUTPUT), const { &L::PARAMS });
                // SAFETY: `check_layer` holds.
                unsafe { combine_part::<L::Shape, $element, $result, _>(first, second, output, params, from..to) }
            }
        }

        $(#[$doc])*
        ///
        /// One operand is a constant.
        pub mod $constant {
            pub use crate::kernels::elementwise::binary::Shape;
            use crate::arena::Src;
            use crate::memory::{Memory, check_buffer};
            use crate::kernels::elementwise::binary::{Operation, check, check_overlap, combine, combine_part, elements};

            /// Constants of a layer.
            pub struct Params {
                /// The constant operand, row major.
                pub constant: &'static [$element],
                $($(#[$field_doc])* pub $field: $ty,)*
            }

            impl<S: Shape> Operation<S, $element, $result> for Params {
                #[inline(always)]
                fn apply(&self, $first: $element, $second: $element) -> $result {
                    let $params = self;
                    $value
                }
            }

            /// A layer: geometry, constants and places in the arena.
            pub trait Layer {
                /// Geometry.
                type Shape: Shape;
                /// Byte offset of the operand that is not constant.
                const INPUT: usize;
                /// Byte offset of the result; may be the operand's if that has equal extents, or before it.
                const OUTPUT: usize;
                /// Constants.
                const PARAMS: Params;
            }

            const fn check_layer<L: Layer, M: Memory>() {
                check::<L::Shape>();
                let (input, constant) = match L::Shape::CONSTANT_FIRST {
                    true => (L::Shape::INPUT_2, L::Shape::INPUT_1),
                    false => (L::Shape::INPUT_1, L::Shape::INPUT_2),
                };
                check_buffer::<$element>(L::INPUT, elements(input), M::REGIONS);
                check_buffer::<$result>(L::OUTPUT, elements(L::Shape::OUTPUT), M::REGIONS);
                check_overlap::<L::Shape, $element, $result>(input, L::INPUT, L::OUTPUT);
                assert!(L::PARAMS.constant.len() == elements(constant), "the constant does not have the shape's length");
            }

            /// Carries the layer out.
            #[inline(always)]
            pub fn run<L: Layer, M: Memory>(memory: &mut M) {
                const { check_layer::<L, M>() };
                let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
                let params = const { &L::PARAMS };
                let constant = Src::from(params.constant);
                let (first, second) = if L::Shape::CONSTANT_FIRST { (constant, input) } else { (input, constant) };
                // SAFETY: `check_layer` holds.
                unsafe { combine::<L::Shape, $element, $result, _>(first, second, output, params) }
            }

            /// Carries out some of the result's elements, in their order, where both operands have its extents; all of them are what [`run`]
            /// does.
            #[inline(always)]
            pub fn part<L: Layer, M: Memory>(memory: &mut M, from: usize, to: usize) {
                const { check_layer::<L, M>() };
                let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
                let params = const { &L::PARAMS };
                let constant = Src::from(params.constant);
                let (first, second) = if L::Shape::CONSTANT_FIRST { (constant, input) } else { (input, constant) };
                // SAFETY: `check_layer` holds.
                unsafe { combine_part::<L::Shape, $element, $result, _>(first, second, output, params, from..to) }
            }
        }
    };
}
use kernels;
