//! Against the scalar form's definition.

extern crate std;

use std::vec::Vec;

use super::*;
use crate::arena::Arena;
use crate::kernels::test_support::{channel_table, common_table, noise_i8, row_of_table, scaled};
use proptest::prelude::*;
use tinyml_arith::{Clamp, Rounding};

macro_rules! layers {
    ($($name:ident: $rows:literal x $inputs:literal to $outputs:literal, $scaling:ident, $rounding:ident, $common:literal;)*) => {$(
        mod $name {
            use super::*;

            struct S;
            impl Shape for S {
                const ROWS: usize = $rows;
                const INPUTS: usize = $inputs;
                const OUTPUTS: usize = $outputs;
                const ROUNDING: Rounding = Rounding::$rounding;
                const SCALING: Scaling = Scaling::$scaling;
                const COMMON: bool = $common;
            }
            const WEIGHTS: usize = $inputs * ($outputs as usize).next_multiple_of(4);
            const RESULTS: usize = ($rows * $outputs as usize).next_multiple_of(4);

            const ROWS: [i32; $outputs * 3] = channel_table(Scaling::$scaling);

            struct Tested;
            impl Layer for Tested {
                type Shape = S;
                const INPUT: usize = RESULTS;
                const OUTPUT: usize = 0;
                const PARAMS: Params = Params {
                    weights: &noise_i8::<WEIGHTS>(5, -128, 127),
                    channels: match $common {
                        true => const { &common_table::<{ $outputs + 2 }>(&ROWS) },
                        false => &ROWS,
                    },
                    input_zero_point: 0,
                    output_zero_point: 5,
                    clamp: Clamp { min: -100, max: 127 },
                };
            }

            proptest! {
                #[test]
                fn equals_the_definition(input in proptest::collection::vec(any::<i8>(), $rows * $inputs)) {
                    let mut arena = Arena::<{ RESULTS + $rows * $inputs }>::new();
                    arena.get_mut::<i8, RESULTS, { $rows * $inputs }>().copy_from_slice(&input);
                    run::<Tested, _>(&mut arena);
                    let params = Tested::PARAMS;
                    let mut expected = Vec::new();
                    for row in input.chunks($inputs) {
                        for output in 0..$outputs {
                            let weight = |i: usize| params.weights[(output / 4 * $inputs + i) * 4 + output % 4];
                            let products = row.iter().enumerate().map(|(i, &x)| i32::from(x) * i32::from(weight(i)));
                            let row = row_of_table(&params, output, $common);
                            let acc = row[0] + products.sum::<i32>();
                            expected.push(scaled((S::SCALING, S::ROUNDING), &params, row, acc));
                        }
                    }
                    prop_assert_eq!(arena.get::<i8, 0, { $rows * $outputs }>().as_slice(), expected.as_slice());
                }
            }
        }
    )*};
}

layers! {
    floor: 1 x 36 to 5, Floor, Double, false;
    double: 1 x 24 to 8, Double, Double, false;
    several_rows: 3 x 10 to 4, Exact, Single, false;
    one_input: 2 x 1 to 6, Exact, HalfEven, false;
    one_output: 1 x 33 to 1, Floor, Double, false;
    floor_in_common: 1 x 36 to 5, Floor, Double, true;
    double_in_common: 2 x 24 to 8, Double, Double, true;
    exact_in_common: 1 x 10 to 3, Exact, Single, true;
}
