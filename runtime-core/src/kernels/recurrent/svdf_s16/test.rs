//! Against the definition over several steps, with the next state at the present one, before it, and apart from it.

use super::*;
use crate::arena::Arena;
use crate::kernels::test_support::{noise_i8, noise_i32};

const INPUTS: usize = 5;
const UNITS: usize = 3;
const RANK: usize = 2;
const MEMORY: usize = 4;
const STATE: usize = UNITS * RANK * MEMORY;

struct S;
impl Shape for S {
    const INPUTS: usize = INPUTS;
    const UNITS: usize = UNITS;
    const RANK: usize = RANK;
    const MEMORY: usize = MEMORY;
}

/// Weights along the state.
const fn time() -> [i16; STATE] {
    let wide = noise_i32::<STATE>(2, i16::MIN as i32, i16::MAX as i32);
    let mut values = [0; STATE];
    let mut i = 0;
    while i < STATE {
        values[i] = wide[i] as i16;
        i += 1;
    }
    values
}

const fn params() -> Params {
    Params {
        weights: &const { noise_i8::<{ UNITS * RANK * INPUTS }>(1, -127, 127) },
        feature_bias: &const { noise_i32::<{ UNITS * RANK }>(3, -2000, 2000) },
        // Some numbers leave the state's range.
        feature: Multiplier { multiplier: 1_500_000_000, shift: 1 },
        state_zero_point: 9,
        time: &const { time() },
        bias: &const { noise_i32::<UNITS>(4, -9000, 9000) },
        output: Multiplier { multiplier: 1_400_000_000, shift: -22 },
        output_zero_point: -5,
    }
}

macro_rules! layer {
    ($layer:ident: state $state:literal, next $next:literal) => {
        struct $layer;
        impl Layer for $layer {
            type Shape = S;
            const INPUT: usize = 0;
            const STATE: usize = $state;
            const OUTPUT: usize = 8;
            const NEXT: usize = $next;
            const PARAMS: Params = params();
        }
    };
}
layer!(InPlace: state 16, next 16);
layer!(Before: state 18, next 16);
layer!(Apart: state 16, next 80);

/// One step by the definition.
fn defined(x: &[i8; INPUTS], state: &mut [i16; STATE]) -> [i8; UNITS] {
    let params = params();
    let mut results = [0; UNITS];
    for (unit, result) in results.iter_mut().enumerate() {
        let mut sum = params.bias[unit];
        for filter in unit * RANK..(unit + 1) * RANK {
            let products =
                (0..INPUTS).map(|i| i32::from(x[i]) * i32::from(params.weights[filter * INPUTS + i]));
            let feature = params.feature_bias[filter] + products.sum::<i32>();
            let scaled = requantize(feature, params.feature, tinyml_arith::Rounding::Double);
            let row = &mut state[filter * MEMORY..(filter + 1) * MEMORY];
            row.copy_within(1.., 0);
            row[MEMORY - 1] =
                (scaled.clamp(i16::MIN.into(), i16::MAX.into()) + params.state_zero_point) as i16;
            for (&state, &weight) in row.iter().zip(&params.time[filter * MEMORY..]) {
                sum = sum.wrapping_add(i32::from(state) * i32::from(weight));
            }
        }
        let scaled = requantize(sum, params.output, tinyml_arith::Rounding::Double);
        *result = (scaled + params.output_zero_point).clamp(-128, 127) as i8;
    }
    results
}

fn follows_the_definition<L: Layer<Shape = S>, const PLACE: usize, const NEXT: usize>() {
    let mut arena = Arena::<160>::new();
    let mut state = [0; STATE];
    let mut ends = 0;
    for step in 0..9 {
        let x = noise_i8::<8>(20 + step, -128, 127);
        *arena.get_mut::<i8, 0, 8>() = x;
        *arena.get_mut::<i16, PLACE, STATE>() = state;
        run::<L, _>(&mut arena);
        let expected = defined(x.first_chunk().unwrap(), &mut state);
        assert_eq!(arena.get::<i8, 8, UNITS>(), &expected, "step {step}");
        assert_eq!(arena.get::<i16, NEXT, STATE>(), &state, "step {step}");
        ends += expected.iter().filter(|&&y| y == 127 || y == -128).count();
    }
    assert!(ends > 0 && ends < 9 * UNITS, "{ends} results at the ends of their range");
}

#[test]
fn the_state_moves_in_place_before_itself_and_apart() {
    follows_the_definition::<InPlace, 16, 16>();
    follows_the_definition::<Before, 18, 16>();
    follows_the_definition::<Apart, 16, 80>();
}
