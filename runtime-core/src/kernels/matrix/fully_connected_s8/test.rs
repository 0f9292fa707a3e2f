//! Against the definition.

extern crate std;

use super::*;
use crate::arena::Arena;
use crate::kernels::test_support::{noise_i8, noise_i32};
use proptest::prelude::*;
use std::vec::Vec;
use tinyml_arith::{Clamp, Multiplier, Rounding, requantize};

fn multiply<L: Layer>(input: &[i8]) -> Vec<i8> {
    let params = L::PARAMS;
    let rows = input.chunks(L::Shape::INPUTS);
    let row = |x: &[i8]| {
        let one = |(channel, w): (usize, &[i8])| {
            let products = x.iter().zip(w).map(|(&x, &w)| i32::from(x) * i32::from(w));
            let place = channel % params.multipliers.len();
            let m = Multiplier { multiplier: params.multipliers[place], shift: params.shifts[place].into() };
            let scaled = requantize(params.bias[channel] + products.sum::<i32>(), m, L::Shape::ROUNDING);
            (scaled + params.output_zero_point).max(params.clamp.min).min(params.clamp.max) as i8
        };
        params.weights.chunks(L::Shape::INPUTS).enumerate().map(one).collect::<Vec<_>>()
    };
    rows.flat_map(row).collect()
}

macro_rules! layers {
    ($($name:ident: $rows:literal x $inputs:literal to $outputs:literal, $per_channel:literal, $rounding:ident;)*) => {$(
        mod $name {
            use super::*;

            struct S;
            impl Shape for S {
                const ROWS: usize = $rows;
                const INPUTS: usize = $inputs;
                const OUTPUTS: usize = $outputs;
                const PER_CHANNEL: bool = $per_channel;
                const ROUNDING: Rounding = Rounding::$rounding;
            }
            const MULTIPLIERS: usize = if $per_channel { $outputs } else { 1 };

            struct Tested;
            impl Layer for Tested {
                type Shape = S;
                const INPUT: usize = $rows * $outputs;
                const OUTPUT: usize = 0;
                const PARAMS: Params = Params {
                    weights: &noise_i8::<{ $inputs * $outputs }>(5, -128, 127),
                    bias: &noise_i32::<$outputs>(6, -9000, 9000),
                    multipliers: &noise_i32::<MULTIPLIERS>(7, 1 << 30, i32::MAX),
                    shifts: &noise_i8::<MULTIPLIERS>(8, -9, -7),
                    input_zero_point: 0,
                    output_zero_point: -3,
                    clamp: Clamp { min: -100, max: 127 },
                };
            }

            proptest! {
                #[test]
                fn equals_the_definition(input in proptest::collection::vec(any::<i8>(), $rows * $inputs)) {
                    let mut arena = Arena::<{ $rows * ($inputs + $outputs) }>::new();
                    arena.get_mut::<i8, { $rows * $outputs }, { $rows * $inputs }>().copy_from_slice(&input);
                    run::<Tested, _>(&mut arena);
                    let result = arena.get::<i8, 0, { $rows * $outputs }>();
                    prop_assert_eq!(result.as_slice(), multiply::<Tested>(&input));
                }
            }
        }
    )*};
}

layers! {
    one_scale: 1 x 37 to 5, false, Double;
    scale_per_output: 1 x 24 to 7, true, Double;
    several_rows: 3 x 10 to 4, false, Single;
    one_input: 2 x 1 to 6, true, HalfEven;
    one_output: 1 x 33 to 1, false, Double;
}
