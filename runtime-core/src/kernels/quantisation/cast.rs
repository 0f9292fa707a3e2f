//! Conversions between element types, by value.
//!
//! To floats the nearest; floats to integers without their fraction, at the end of the range where they do not fit, NaN to 0; integers to narrower
//! ones by their low bits. Truth values are bytes: any but 0 is true, results are 0 or 1.

/// Declares a kernel for a pair of types.
macro_rules! cast {
    ($kernel:ident: $from:ty => $to:ty, |$x:ident| $value:expr) => {
        #[doc = concat!("From `", stringify!($from), "` to `", stringify!($to), "`.")]
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
                /// Byte offset of the result; no element of it may lie over a later one of the operand.
                const OUTPUT: usize;
                /// No constants.
                const PARAMS: Params;
            }

            const fn check_layer<L: Layer, M: Memory>() {
                let elements = L::Shape::ELEMENTS;
                check_buffer::<$from>(L::INPUT, elements, M::REGIONS);
                check_buffer::<$to>(L::OUTPUT, elements, M::REGIONS);
                let gaps = Gaps::elementwise(elements, size_of::<$from>(), size_of::<$to>());
                let (input, output) = (bytes::<$from>(elements), bytes::<$to>(elements));
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
            unsafe fn cast<S: Shape>(input: Src<$from>, output: Dst<$to>) {
                for i in 0..S::ELEMENTS {
                    // SAFETY: `i` is below the length, and no element at or after `i` has been overwritten.
                    unsafe {
                        let $x = input.get(i);
                        output.set(i, $value);
                    }
                }
            }
        }
    };
}

/// Declares the kernels from a type to other numbers.
macro_rules! casts {
    ($($from:ident: $($kernel:ident $to:ident)*, $to_bool:ident, $from_bool:ident;)*) => {$(
        $(cast!($kernel: $from => $to, |x| x as $to);)*
        cast!($to_bool: $from => u8, |x| (x != 0 as $from).into());
        cast!($from_bool: u8 => $from, |x| (x != 0) as u8 as $from);
    )*};
}

casts! {
    f32: cast_f32_i8 i8 cast_f32_u8 u8 cast_f32_i16 i16 cast_f32_i32 i32 cast_f32_i64 i64, cast_f32_bool, cast_bool_f32;
    i8: cast_i8_f32 f32 cast_i8_u8 u8 cast_i8_i16 i16 cast_i8_i32 i32 cast_i8_i64 i64, cast_i8_bool, cast_bool_i8;
    u8: cast_u8_f32 f32 cast_u8_i8 i8 cast_u8_i16 i16 cast_u8_i32 i32 cast_u8_i64 i64, cast_u8_bool, cast_bool_u8;
    i16: cast_i16_f32 f32 cast_i16_i8 i8 cast_i16_u8 u8 cast_i16_i32 i32 cast_i16_i64 i64, cast_i16_bool, cast_bool_i16;
    i32: cast_i32_f32 f32 cast_i32_i8 i8 cast_i32_u8 u8 cast_i32_i16 i16 cast_i32_i64 i64, cast_i32_bool, cast_bool_i32;
    i64: cast_i64_f32 f32 cast_i64_i8 i8 cast_i64_u8 u8 cast_i64_i16 i16 cast_i64_i32 i32, cast_i64_bool, cast_bool_i64;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arena::Arena;

    macro_rules! casts_to {
        ($test:ident, $kernel:ident: $from:ty => $to:ty, $numbers:expr, $expected:expr) => {
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
                let mut arena = Arena::<80>::new();
                *arena.get_mut::<$from, 32, 5>() = $numbers;
                $kernel::run::<Few, _>(&mut arena);
                assert_eq!(*arena.get::<$to, 0, 5>(), $expected);
            }
        };
    }

    const WIDE: [i64; 5] = [i64::MIN, -1, 0, 12345, i64::MAX];
    casts_to!(i16_to_floats, cast_i16_f32: i16 => f32, [i16::MIN, -1, 0, 12345, i16::MAX], [-32768.0, -1.0, 0.0, 12345.0, 32767.0]);
    casts_to!(i32_to_floats, cast_i32_f32: i32 => f32, [i32::MIN, -1, 0, (1 << 24) + 1, i32::MAX], [-2147483648.0, -1.0, 0.0, 16777216.0, 2147483648.0]);
    casts_to!(i64_to_floats, cast_i64_f32: i64 => f32, WIDE, WIDE.map(|n| n as f32));
    casts_to!(floats_to_integers, cast_f32_i32: f32 => i32, [-1.9, 1.9, f32::NAN, 1e30, -1e30], [-1, 1, 0, i32::MAX, i32::MIN]);
    casts_to!(floats_to_bytes, cast_f32_u8: f32 => u8, [-1.9, 1.9, f32::NAN, 255.9, 256.0], [0, 1, 0, 255, 255]);
    casts_to!(low_bits_stay, cast_i64_i8: i64 => i8, WIDE, [0, -1, 0, 57, -1]);
    casts_to!(truth_of_floats, cast_f32_bool: f32 => u8, [-0.0, 0.1, f32::NAN, 0.0, -2.0], [0, 1, 1, 0, 1]);
    casts_to!(truth_as_integers, cast_bool_i64: u8 => i64, [0, 1, 255, 0, 2], [0, 1, 1, 0, 1]);
}
