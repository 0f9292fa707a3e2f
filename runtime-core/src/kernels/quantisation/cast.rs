//! Integers to the real numbers nearest to them: `x = n`.

/// Declares a kernel for each type of integers.
macro_rules! casts {
    ($($(#[$doc:meta])* $kernel:ident: $from:ident, $test:ident;)*) => {$(
        $(#[$doc])*
        pub mod $kernel {
            use tinyml_arith::overlap::Gaps;

            use crate::arena::{Dst, Src, bytes, check_overlap};
            use crate::memory::{Memory, check_buffer};

            /// On how many elements.
            pub trait Shape {
                /// Number of elements.
                const ELEMENTS: usize;
            }

            /// The kernel has no constants.
            pub struct Params {}

            /// A layer: length and places in the arena.
            pub trait Layer {
                /// Length.
                type Shape: Shape;
                /// Byte offset of the operand.
                const INPUT: usize;
                /// Byte offset of the result (f32); no element of it may lie over a later one of the operand.
                const OUTPUT: usize;
                /// No constants.
                const PARAMS: Params;
            }

            const fn check_layer<L: Layer, M: Memory>() {
                let elements = L::Shape::ELEMENTS;
                check_buffer::<$from>(L::INPUT, elements, M::REGIONS);
                check_buffer::<f32>(L::OUTPUT, elements, M::REGIONS);
                let gaps = Gaps::elementwise(elements, size_of::<$from>(), size_of::<f32>());
                let (input, output) = (bytes::<$from>(elements), bytes::<f32>(elements));
                check_overlap(gaps, (L::INPUT, input), (L::OUTPUT, output), false);
            }

            /// Carries the layer out.
            #[inline(always)]
            pub fn run<L: Layer, M: Memory>(memory: &mut M) {
                const { check_layer::<L, M>() };
                let (input, output) = memory.cursor().io(L::INPUT, L::OUTPUT);
                // SAFETY: `check_layer` holds.
                unsafe { cast::<L::Shape>(input, output) }
            }

            /// # Safety
            /// Operand and result have the shape's length, and no element of the result lies over a later element of the operand.
            #[inline(never)]
            unsafe fn cast<S: Shape>(input: Src<$from>, output: Dst<f32>) {
                for i in 0..S::ELEMENTS {
                    // SAFETY: `i` is below the length, and no element at or after `i` has been overwritten.
                    unsafe { output.set(i, input.get(i) as f32) };
                }
            }
        }

        #[cfg(test)]
        #[test]
        fn $test() {
            struct Few;
            impl $kernel::Shape for Few {
                const ELEMENTS: usize = 5;
            }
            impl $kernel::Layer for Few {
                type Shape = Few;
                const INPUT: usize = 32;
                const OUTPUT: usize = 0;
                const PARAMS: $kernel::Params = $kernel::Params {};
            }
            let numbers = [$from::MIN, -1, 0, 12345, $from::MAX];
            let mut arena = crate::arena::Arena::<80>::new();
            *arena.get_mut::<$from, 32, 5>() = numbers;
            $kernel::run::<Few, _>(&mut arena);
            assert_eq!(*arena.get::<f32, 0, 5>(), numbers.map(|n| n as f32));
        }
    )*};
}

casts! {
    /// From 16 bits: exact.
    cast_i16_f32: i16, every_end_of_16_bits;
    /// From 32 bits, ties to even.
    cast_i32_f32: i32, every_end_of_32_bits;
    /// From 64 bits, ties to even.
    cast_i64_f32: i64, every_end_of_64_bits;
}
