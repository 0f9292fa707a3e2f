//! Both forms against the definition.

extern crate std;

use super::*;
use crate::arena::Arena;
use crate::kernels::test_support::noise_f32;

const STEPS: usize = 3;
const INPUTS: usize = 4;
const UNITS: usize = 2;
const WEIGHTS: usize = 3 * UNITS * (INPUTS + UNITS);
const NONE: Parameters = Parameters { a: 0.0, b: 0.0 };

macro_rules! layer {
    ($layer:ident: $linear:literal) => {
        struct $layer;
        impl Shape for $layer {
            const STEPS: usize = STEPS;
            const INPUTS: usize = INPUTS;
            const UNITS: usize = UNITS;
            const STRIDE: usize = 2;
            const LINEAR_BEFORE_RESET: bool = $linear;
        }
        impl Layer for $layer {
            type Shape = $layer;
            const INPUT: usize = 0;
            const HIDDEN_BEFORE: usize = 48;
            const HIDDEN: usize = 48;
            const OUTPUT: usize = 56;
            const SCRATCH: usize = 80;
            const PARAMS: Params = Params {
                weights: &noise_f32::<WEIGHTS>(1),
                bias: &noise_f32::<{ 4 * UNITS }>(2),
                gate: NONE,
                candidate: NONE,
            };
        }
    };
}
layer!(Linear: true);
layer!(Before: false);

/// The weight of a gate (update, reset, candidate) for an element of the vector, or behind these of the hidden state.
fn weight(linear: bool, unit: usize, gate: usize, element: usize) -> f32 {
    let both = INPUTS + UNITS;
    let place = match (linear, gate) {
        (true, _) => unit * 3 * both + 3 * element + gate,
        (false, 1) => unit * both + element,
        (false, gate) => UNITS * both + unit * 2 * both + 2 * element + gate / 2,
    };
    Linear::PARAMS.weights[place]
}

fn follows_the_definition<L: Layer>() {
    let (x, mut hidden) = (noise_f32::<{ STEPS * INPUTS }>(3), noise_f32::<UNITS>(4));
    let mut arena = Arena::<96>::new();
    *arena.get_mut::<f32, 0, { STEPS * INPUTS }>() = x;
    *arena.get_mut::<f32, 48, UNITS>() = hidden;
    run::<L, _>(&mut arena);
    let linear = L::Shape::LINEAR_BEFORE_RESET;
    let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
    for step in 0..STEPS {
        let before = hidden;
        let vector = &x[step * INPUTS..(step + 1) * INPUTS];
        let bias = |unit: usize, which: usize| L::PARAMS.bias[4 * unit + which];
        let of_vector = |unit: usize, gate: usize| -> f32 {
            vector.iter().enumerate().map(|(i, x)| x * weight(linear, unit, gate, i)).sum()
        };
        let of_state = |unit: usize, gate: usize, state: &[f32; UNITS]| -> f32 {
            state.iter().enumerate().map(|(i, h)| h * weight(linear, unit, gate, INPUTS + i)).sum()
        };
        let gate = |unit: usize, gate: usize| {
            sigmoid(bias(unit, gate) + of_vector(unit, gate) + of_state(unit, gate, &before))
        };
        let reset: [f32; UNITS] = core::array::from_fn(|unit| gate(unit, 1) * before[unit]);
        for (unit, next) in hidden.iter_mut().enumerate() {
            let recurrent = match linear {
                true => gate(unit, 1) * (bias(unit, 3) + of_state(unit, 2, &before)),
                false => bias(unit, 3) + of_state(unit, 2, &reset),
            };
            let candidate = (bias(unit, 2) + of_vector(unit, 2) + recurrent).tanh();
            *next = (1.0 - gate(unit, 0)) * candidate + gate(unit, 0) * before[unit];
        }
        for (result, expected) in arena.get::<f32, 56, 6>()[2 * step..].iter().zip(&hidden) {
            assert!((result - expected).abs() < 1e-6, "step {step}: {result} for {expected}");
        }
    }
    for (result, expected) in arena.get::<f32, 48, UNITS>().iter().zip(&hidden) {
        assert!((result - expected).abs() < 1e-6, "{result} for {expected}");
    }
}

#[test]
fn reset_after_the_products() {
    follows_the_definition::<Linear>();
}

#[test]
fn reset_before_the_products() {
    follows_the_definition::<Before>();
}
