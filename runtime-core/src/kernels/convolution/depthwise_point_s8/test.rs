//! Against the definition: numbers of taps and channels, forms, and the result over the operand.

extern crate std;

use std::vec::Vec;

use proptest::prelude::*;
use tinyml_arith::Clamp;

use super::{Layer, Params, Scaling, Shape, group, in_place, reach, run};
use crate::arena::Arena;
use crate::kernels::test_support::{channel_table, images, noise_i8, row_of_table, scaled, shape_constant};

/// The results by the definition, tap by tap.
fn expected<S: Shape>(image: &[i8], params: &Params) -> Vec<i8> {
    let result = |c: usize| {
        let row = row_of_table(params, c, false);
        let product = |tap: usize| {
            let place = tap * S::CHANNELS + c;
            i32::from(params.weights[place]) * i32::from(image[S::FIRST + place])
        };
        scaled((S::SCALING, S::ROUNDING), params, row, row[0] + (0..S::TAPS).map(product).sum::<i32>())
    };
    (0..S::CHANNELS).map(result).collect()
}

macro_rules! layers {
    ($($name:ident { $($constant:ident = $value:expr,)* })*) => {$(
        mod $name {
            use super::*;

            struct S;
            impl Shape for S {
                $(shape_constant!($constant = $value);)*
            }

            const IN: usize = reach::<S>();
            const OUT: usize = S::CHANNELS;
            const SCRATCH: usize = (IN + OUT).next_multiple_of(4);
            const BYTES: usize = SCRATCH + 4 * group::<S>();

            const PARAMS: Params = Params {
                weights: &noise_i8::<{ S::TAPS * S::CHANNELS }>(1, -127, 127),
                channels: &channel_table::<{ S::CHANNELS * 3 }>(S::SCALING),
                input_zero_point: -11,
                output_zero_point: 5,
                clamp: Clamp { min: -120, max: 101 },
            };

            struct Apart;
            impl Layer for Apart {
                type Shape = S;
                const INPUT: usize = 0;
                const OUTPUT: usize = IN;
                const SCRATCH: usize = SCRATCH;
                const PARAMS: Params = PARAMS;
            }

            struct Over;
            impl Layer for Over {
                type Shape = S;
                const INPUT: usize = 0;
                const OUTPUT: usize = if in_place::<S>() { 0 } else { IN };
                const SCRATCH: usize = SCRATCH;
                const PARAMS: Params = PARAMS;
            }

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(60))]
                #[test]
                fn equals_the_definition(image in images(IN)) {
                    let results = expected::<S>(&image, &PARAMS);
                    let mut arena = Arena::<BYTES>::new();
                    arena.get_mut::<i8, 0, IN>().copy_from_slice(&image);
                    run::<Apart, _>(&mut arena);
                    prop_assert_eq!(arena.get::<i8, IN, OUT>().as_slice(), results.as_slice());
                    prop_assert_eq!(arena.get::<i8, 0, IN>().as_slice(), image.as_slice(), "the operand changed");
                    run::<Over, _>(&mut arena);
                    prop_assert_eq!(arena.get::<i8, { Over::OUTPUT }, OUT>().as_slice(), results.as_slice());
                }
            }
        }
    )*};
}

layers! {
    one_tap { CHANNELS = 1, TAPS = 1, SCALING = Scaling::Floor, }
    three_taps { CHANNELS = 8, TAPS = 3, SCALING = Scaling::Double, }
    wake_word { CHANNELS = 32, TAPS = 5, SCALING = Scaling::Floor, }
    long { CHANNELS = 17, TAPS = 21, }
    whole_turns { CHANNELS = 20, TAPS = 8, SCALING = Scaling::Double, }
    behind_others { CHANNELS = 6, TAPS = 4, FIRST = 12, SCALING = Scaling::Floor, }
    not_in_place { CHANNELS = 6, TAPS = 6, FIRST = 2, SCALING = Scaling::Floor, }
    half_even { CHANNELS = 19, TAPS = 7, ROUNDING = tinyml_arith::Rounding::HalfEven, }
}
