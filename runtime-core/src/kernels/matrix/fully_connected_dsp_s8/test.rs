//! Against the definition, with random and extreme data.

macro_rules! shapes {
    ($($name:ident = $rows:literal * $inputs:literal => $outputs:literal, $packing:ident, $finish:ident, $rounding:ident $(, $common:literal)?;)*) => {$(
        mod $name {
            extern crate std;

            use super::super::*;
            use crate::arena::Arena;
            use crate::kernels::matrix_dsp::test_support::{activations, layers};
            use proptest::prelude::*;
            use std::vec::Vec;
            use tinyml_arith::Rounding;
            use tinyml_arith::matrix::{Finish, Packing};

            struct S;
            impl Shape for S {
                const ROWS: usize = $rows;
                const INPUTS: usize = $inputs;
                const OUTPUTS: usize = $outputs;
                const ROUNDING: Rounding = Rounding::$rounding;
                const PACKING: Packing = Packing::$packing;
                const FINISH: Finish = Finish::$finish;
                $(const COMMON: bool = $common;)?
            }

            const IN: usize = S::ROWS * S::INPUTS;
            const OUT: usize = S::ROWS * S::OUTPUTS;
            const SCRATCH: usize = (IN + OUT).next_multiple_of(4);
            const END: usize =
                SCRATCH + 4 * vector_scratch_words(S::ROWS, S::INPUTS, S::OUTPUTS, S::FINISH);

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(48))]
                #[test]
                fn equals_the_definition(
                    layer in layers(S::OUTPUTS, S::INPUTS, S::PACKING),
                    vectors in activations(IN),
                ) {
                    let mut arena = Arena::<END>::new();
                    arena.get_mut::<i8, 0, IN>().copy_from_slice(&vectors);
                    let mut cursor = arena.cursor();
                    let (input, output) = (cursor.src(0), cursor.dst(IN));
                    let scratch = cursor.dst(SCRATCH);
                    let params = layer.params_with(&taps::<S>(), S::PACKING, S::FINISH, S::COMMON);
                    // SAFETY: everything has its length.
                    unsafe { multiply::<S, false>(input, output, scratch, params) };
                    let result = |row: &[i8], channel: usize| {
                        let weights = &layer.weights[channel * S::INPUTS..][..S::INPUTS];
                        let products = row.iter().zip(weights).map(|(&x, &w)| i32::from(x) * i32::from(w));
                        let sum = layer.bias[channel] + products.sum::<i32>();
                        layer.finish(sum, if S::COMMON { 0 } else { channel }, S::FINISH, S::ROUNDING)
                    };
                    let expected: Vec<_> = vectors
                        .chunks(S::INPUTS)
                        .flat_map(|row| (0..S::OUTPUTS).map(move |channel| (row, channel)))
                        .map(|(row, channel)| result(row, channel))
                        .collect();
                    prop_assert_eq!(arena.get::<i8, IN, OUT>().as_slice(), expected.as_slice());
                    prop_assert_eq!(arena.get::<i8, 0, IN>().as_slice(), vectors.as_slice());
                }
            }
        }
    )*};
}

shapes! {
    one_row = 1 * 64 => 12, Paired, Floor, Double;
    one_row_plain = 1 * 36 => 8, Plain, Double, Double;
    in_place_shifted = 1 * 4 => 7, Paired, Shifted, Double;
    in_place_double = 1 * 68 => 4, Plain, Double, Double;
    in_place_exact = 1 * 12 => 6, Paired, Exact, Double;
    common_floor = 1 * 40 => 9, Paired, Floor, Double, true;
    common_shifted = 1 * 72 => 8, Plain, Shifted, Double, true;
    common_double = 1 * 16 => 6, Paired, Double, Double, true;
    uneven = 1 * 7 => 5, Paired, Shifted, Double;
    two_rows = 2 * 33 => 6, Paired, Floor, Double;
    three_rows = 3 * 10 => 9, Plain, Floor, Double;
    one_input = 1 * 1 => 1, Paired, Double, Double;
    exact = 3 * 18 => 3, Paired, Exact, Single;
    exact_one_row = 1 * 18 => 4, Plain, Exact, HalfEven;
}
