//! One of two elements, as a truth value says, with NumPy's broadcasting. Any operand may be a constant in flash.

/// Declares the kernel for elements of a size.
macro_rules! select {
    ($(#[$doc:meta])* $kernel:ident: $element:ty) => {
        $(#[$doc])*
        pub mod $kernel {
            use tinyml_arith::overlap::Gaps;

            use crate::arena::{Dst, Src, bytes, check_overlap};
            use crate::kernels::elementwise::binary::{check_broadcast, elements, steps};
            use crate::memory::{Memory, check_buffer};

            /// Extents of result and operands, outermost first, filled up with 1 in front. An operand is repeated along the axes where its
            /// extent is 1 and the result's is not.
            pub trait Shape {
                /// Extents of the result.
                const OUTPUT: [usize; 4];
                /// Extents of the condition.
                const CONDITION: [usize; 4] = Self::OUTPUT;
                /// Extents of what is taken where the condition is true.
                const INPUT_1: [usize; 4] = Self::OUTPUT;
                /// Extents of what is taken elsewhere.
                const INPUT_2: [usize; 4] = Self::OUTPUT;
            }

            /// The operands that are constants, row major; empty for those in the arena.
            pub struct Params {
                /// The condition: any byte but 0 is true.
                pub condition: &'static [u8],
                /// What is taken where it is true.
                pub first: &'static [$element],
                /// What is taken elsewhere.
                pub second: &'static [$element],
            }

            /// A layer: geometry, constants and places in the arena.
            pub trait Layer {
                /// Geometry.
                type Shape: Shape;
                /// Byte offset of the condition, if it is no constant.
                const CONDITION: usize = 0;
                /// Byte offset of what is taken where the condition is true, if it is no constant.
                const INPUT_1: usize = 0;
                /// Byte offset of what is taken elsewhere, if it is no constant.
                const INPUT_2: usize = 0;
                /// Byte offset of the result; may be that of an operand of equal extents and element size, or before it.
                const OUTPUT: usize;
                /// Constants.
                const PARAMS: Params;
            }

            /// Refuses an operand that does not fit: a constant of another length, or a place that is not in the arena or too far under the result.
            const fn check_operand<L: Layer, M: Memory, T>(dims: [usize; 4], offset: usize, constant: usize) {
                check_broadcast(dims, L::Shape::OUTPUT);
                if constant != 0 {
                    assert!(constant == elements(dims), "a constant does not have the shape's length");
                    return;
                }
                check_buffer::<T>(offset, elements(dims), M::REGIONS);
                let gaps = Gaps::broadcast(dims, L::Shape::OUTPUT, size_of::<T>(), size_of::<$element>());
                let result = bytes::<$element>(elements(L::Shape::OUTPUT));
                check_overlap(gaps, (offset, bytes::<T>(elements(dims))), (L::OUTPUT, result), false);
            }

            const fn check_layer<L: Layer, M: Memory>() {
                check_operand::<L, M, u8>(L::Shape::CONDITION, L::CONDITION, L::PARAMS.condition.len());
                check_operand::<L, M, $element>(L::Shape::INPUT_1, L::INPUT_1, L::PARAMS.first.len());
                check_operand::<L, M, $element>(L::Shape::INPUT_2, L::INPUT_2, L::PARAMS.second.len());
                check_buffer::<$element>(L::OUTPUT, elements(L::Shape::OUTPUT), M::REGIONS);
            }

            /// Carries the layer out.
            #[inline(always)]
            pub fn run<L: Layer, M: Memory>(memory: &mut M) {
                const { check_layer::<L, M>() };
                let params = const { &L::PARAMS };
                let mut cursor = memory.cursor();
                let condition =
                    if params.condition.is_empty() { cursor.src(L::CONDITION) } else { Src::from(params.condition) };
                let first = if params.first.is_empty() { cursor.src(L::INPUT_1) } else { Src::from(params.first) };
                let second = if params.second.is_empty() { cursor.src(L::INPUT_2) } else { Src::from(params.second) };
                // SAFETY: `check_layer` holds.
                unsafe { select::<L::Shape>(condition, first, second, cursor.dst(L::OUTPUT)) }
            }

            /// # Safety
            /// Operands and result have the lengths of the shape; the result overlaps an operand no further than [`Gaps::broadcast`] allows.
            #[inline(never)]
            unsafe fn select<S: Shape>(
                condition: Src<u8>,
                first: Src<$element>,
                second: Src<$element>,
                output: Dst<$element>,
            ) {
                let (c, a, b) = const { (steps(S::CONDITION), steps(S::INPUT_1), steps(S::INPUT_2)) };
                let [blocks, rows, columns, channels] = S::OUTPUT;
                let mut place = 0;
                for i in 0..blocks {
                    for j in 0..rows {
                        for k in 0..columns {
                            let of = |steps: [usize; 4]| i * steps[0] + j * steps[1] + k * steps[2];
                            let (from_c, from_a, from_b) = (of(c), of(a), of(b));
                            for l in 0..channels {
                                // SAFETY: (i, j, k, l) is an element of the result; the steps lead to the element of each operand
                                // that is repeated there.
                                unsafe {
                                    let (x, y) = (first.get(from_a + l * a[3]), second.get(from_b + l * b[3]));
                                    let holds = condition.get(from_c + l * c[3]) != 0;
                                    output.set(place, if holds { x } else { y });
                                }
                                place += 1;
                            }
                        }
                    }
                }
            }
        }
    };
}

select! {
    /// For elements of a byte.
    select_i8: i8
}
select! {
    /// For elements of two bytes.
    select_i16: i16
}
select! {
    /// For elements of four bytes.
    select_i32: i32
}
select! {
    /// For elements of eight bytes.
    select_i64: i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;
    use proptest::prelude::*;

    struct Mixed;
    impl select_i16::Shape for Mixed {
        const OUTPUT: [usize; 4] = [1, 2, 3, 4];
        const CONDITION: [usize; 4] = [1, 2, 1, 4];
        const INPUT_2: [usize; 4] = [1, 1, 1, 1];
    }
    struct OverFirst;
    impl select_i16::Layer for OverFirst {
        type Shape = Mixed;
        const CONDITION: usize = 48;
        const INPUT_1: usize = 0;
        const OUTPUT: usize = 0;
        const PARAMS: select_i16::Params = select_i16::Params { condition: &[], first: &[], second: &[-7] };
    }

    struct Constants;
    impl select_i64::Shape for Constants {
        const OUTPUT: [usize; 4] = [1, 1, 1, 3];
        const INPUT_1: [usize; 4] = [1, 1, 1, 1];
    }
    struct OfInput;
    impl select_i64::Layer for OfInput {
        type Shape = Constants;
        const INPUT_1: usize = 24;
        const INPUT_2: usize = 0;
        const OUTPUT: usize = 0;
        const PARAMS: select_i64::Params =
            select_i64::Params { condition: &[0, 3, 1], first: &[], second: &[] };
    }

    proptest! {
        #[test]
        fn each_element_as_its_condition_says(condition in any::<[u8; 8]>(), x in any::<[i16; 24]>()) {
            // Zeros are rare among bytes.
            let condition = condition.map(|byte| byte % 3);
            let mut arena = Arena::<64>::new();
            *arena.get_mut::<u8, 48, 8>() = condition;
            *arena.get_mut::<i16, 0, 24>() = x;
            run_mixed(&mut arena);
            let expected: [i16; 24] = core::array::from_fn(|i| {
                let (row, channel) = (i / 12, i % 4);
                if condition[row * 4 + channel] != 0 { x[i] } else { -7 }
            });
            prop_assert_eq!(*arena.get::<i16, 0, 24>(), expected);
        }
    }

    fn run_mixed(arena: &mut Arena<64>) {
        select_i16::run::<OverFirst, _>(arena);
    }

    #[test]
    fn constant_conditions() {
        let mut arena = Arena::<32>::new();
        *arena.get_mut::<i64, 0, 4>() = [1, 2, 3, i64::MIN];
        select_i64::run::<OfInput, _>(&mut arena);
        assert_eq!(*arena.get::<i64, 0, 3>(), [1, i64::MIN, i64::MIN]);
    }
}
