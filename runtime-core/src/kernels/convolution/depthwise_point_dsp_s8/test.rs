//! Against the definition: numbers of taps and channels, distances, forms, and the result over the operand.

extern crate std;

use std::vec::Vec;

use proptest::prelude::*;
use tinyml_arith::{Clamp, HighMul};

use super::{BLOCK, Layer, Params, Shape, in_place, reach, run, words};
use crate::arena::Arena;
use crate::kernels::test_support::{images, noise_i8, noise_i32, shape_constant};

/// The weight of a channel at a tap, and the constants of the channel, found in the blocks.
fn channel<S: Shape>(params: &Params, channel: usize) -> (Vec<i8>, [i32; 4]) {
    let block = channel / BLOCK;
    let lane = channel - (block * BLOCK).min(S::CHANNELS - BLOCK);
    let bytes: Vec<i8> = params.weights[block * S::TAPS..][..S::TAPS]
        .iter()
        .flat_map(|word| word.to_le_bytes())
        .map(|byte| byte as i8)
        .collect();
    let weight = |tap: usize| match tap == S::TAPS - 1 && S::TAPS % 2 == 1 {
        true => bytes[tap * 4 + lane],
        false => bytes[tap / 2 * 8 + lane / 2 * 4 + tap % 2 * 2 + lane % 2],
    };
    let constants = &params.constants[block * words(S::SHIFTED)..];
    let constant = |kind: usize| constants[kind * BLOCK + lane];
    let shift = if S::SHIFTED { constant(3) } else { 0 };
    ((0..S::TAPS).map(weight).collect(), [constant(0), constant(1), constant(2), shift])
}

/// The results by the definition, tap by tap.
fn expected<S: Shape>(image: &[i8], params: &Params) -> Vec<i8> {
    let result = |c: usize| {
        let (weights, [bias, factor, offset, shift]) = channel::<S>(params, c);
        let products = weights.iter().enumerate();
        let acc = products.fold(bias, |acc, (tap, &weight)| {
            acc + i32::from(weight) * i32::from(image[S::FIRST + tap * S::STEP + c])
        });
        params.clamp.apply(S::FORM.apply(acc, factor, offset, shift as u32)) as i8
    };
    (0..S::CHANNELS).map(result).collect()
}

/// Constants of some blocks, for results all over the range.
const fn constants<const N: usize>(shifted: bool) -> [i32; N] {
    let (bias, offsets) = (noise_i32::<N>(2, -9000, 9000), noise_i32::<N>(4, -60, 60));
    let scale = if shifted { 1 << 26 } else { 1 << 23 };
    let factors = noise_i32::<N>(3, scale, scale * 2);
    let shifts = noise_i32::<N>(5, 2, 4);
    let mut constants = [0; N];
    let mut i = 0;
    while i < N {
        constants[i] = match i % words(shifted) / BLOCK {
            0 => bias[i],
            1 => factors[i],
            2 => offsets[i] << (if shifted { 3 } else { 0 }),
            _ => shifts[i],
        };
        i += 1;
    }
    constants
}

const fn weights<const N: usize>() -> [u32; N] {
    let bytes = noise_i8::<1024>(1, -128, 127);
    let mut words = [0; N];
    let mut i = 0;
    while i < N {
        let [a, b, c, d] = [bytes[4 * i], bytes[4 * i + 1], bytes[4 * i + 2], bytes[4 * i + 3]];
        words[i] = u32::from_le_bytes([a as u8, b as u8, c as u8, d as u8]);
        i += 1;
    }
    words
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
            const BLOCKS: usize = S::CHANNELS.div_ceil(BLOCK);

            const PARAMS: Params = Params {
                weights: &weights::<{ BLOCKS * S::TAPS }>(),
                constants: &constants::<{ BLOCKS * words(S::SHIFTED) }>(S::SHIFTED),
                clamp: if S::CLAMPED { Clamp { min: -100, max: 101 } } else { Clamp::INT8 },
            };

            struct Apart;
            impl Layer for Apart {
                type Shape = S;
                const INPUT: usize = 0;
                const OUTPUT: usize = IN;
                const PARAMS: Params = PARAMS;
            }

            struct Over;
            impl Layer for Over {
                type Shape = S;
                const INPUT: usize = 0;
                const OUTPUT: usize = if in_place::<S>() { 0 } else { IN };
                const PARAMS: Params = PARAMS;
            }

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(60))]
                #[test]
                fn equals_the_definition(image in images(IN)) {
                    let results = expected::<S>(&image, &PARAMS);
                    let mut arena = Arena::<{ IN + OUT }>::new();
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
    one_tap { CHANNELS = 8, TAPS = 1, STEP = 8, }
    two_taps { CHANNELS = 4, TAPS = 2, STEP = 4, }
    three_taps { CHANNELS = 8, TAPS = 3, STEP = 8, }
    wake_word { CHANNELS = 32, TAPS = 5, STEP = 32, }
    six_taps { CHANNELS = 5, TAPS = 6, STEP = 5, }
    long { CHANNELS = 16, TAPS = 21, STEP = 16, }
    remainder_of_one { CHANNELS = 13, TAPS = 9, STEP = 13, }
    remainder_of_two { CHANNELS = 6, TAPS = 7, STEP = 6, }
    remainder_of_three { CHANNELS = 7, TAPS = 8, STEP = 7, }
    dilated { CHANNELS = 6, TAPS = 4, STEP = 18, FIRST = 12, }
    not_in_place { CHANNELS = 6, TAPS = 4, STEP = 9, FIRST = 2, }
    shifted { CHANNELS = 9, TAPS = 5, STEP = 9, SHIFTED = true, }
    double { CHANNELS = 9, TAPS = 5, STEP = 9, SHIFTED = true, FORM = HighMul::Double, }
    clamped { CHANNELS = 11, TAPS = 10, STEP = 11, CLAMPED = true, }
}

#[test]
fn what_may_lie_over_its_operand() {
    struct S<const STEP: usize, const FIRST: usize>;
    impl<const STEP: usize, const FIRST: usize> Shape for S<STEP, FIRST> {
        const CHANNELS: usize = 6;
        const TAPS: usize = 4;
        const STEP: usize = STEP;
        const FIRST: usize = FIRST;
    }
    assert!(in_place::<S<6, 0>>() && in_place::<S<18, 12>>());
    assert!(!in_place::<S<9, 0>>() && !in_place::<S<6, 2>>());
    assert_eq!((reach::<S<6, 0>>(), reach::<S<18, 12>>()), (24, 72));
}
