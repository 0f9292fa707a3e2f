//! Against the definition.

extern crate std;

use super::*;
use crate::arena::Arena;
use crate::kernels::test_support::noise_f32;

const STEPS: usize = 3;
const INPUTS: usize = 5;
const UNITS: usize = 2;
const WEIGHTS: usize = 4 * UNITS * (INPUTS + UNITS);
const NONE: Parameters = Parameters { a: 0.0, b: 0.0 };

macro_rules! layer {
    ($layer:ident: reverse $reverse:literal, initial $initial:literal) => {
        struct $layer;
        impl Shape for $layer {
            const STEPS: usize = STEPS;
            const INPUTS: usize = INPUTS;
            const UNITS: usize = UNITS;
            const REVERSE: bool = $reverse;
            const INITIAL: bool = $initial;
            const STRIDE: usize = 3;
        }
        impl Layer for $layer {
            type Shape = $layer;
            const INPUT: usize = 0;
            const HIDDEN_BEFORE: usize = 60;
            const CELL_BEFORE: usize = 68;
            const HIDDEN: usize = 60;
            const CELL: usize = 68;
            const OUTPUT: usize = 76;
            const SCRATCH: usize = 112;
            const PARAMS: Params = Params {
                weights: &noise_f32::<WEIGHTS>(1),
                bias: &noise_f32::<{ 4 * UNITS }>(2),
                gate: NONE,
                candidate: NONE,
                shown: NONE,
                cell_clip: 0.25,
            };
        }
    };
}
layer!(Forwards: reverse false, initial true);
layer!(Backwards: reverse true, initial false);

fn follows_the_definition<L: Layer>() {
    let mut arena = Arena::<128>::new();
    let x = noise_f32::<{ STEPS * INPUTS }>(3);
    let (mut hidden, mut cell) = (noise_f32::<UNITS>(4), noise_f32::<UNITS>(5));
    *arena.get_mut::<f32, 0, { STEPS * INPUTS }>() = x;
    *arena.get_mut::<f32, 60, UNITS>() = hidden;
    *arena.get_mut::<f32, 68, UNITS>() = cell;
    if !L::Shape::INITIAL {
        (hidden, cell) = ([0.0; UNITS], [0.0; UNITS]);
    }
    run::<L, _>(&mut arena);
    let (params, mut clipped) = (L::PARAMS, 0);
    for number in 0..STEPS {
        let place = if L::Shape::REVERSE { STEPS - 1 - number } else { number };
        let before = hidden;
        for unit in 0..UNITS {
            let sums: [f32; 4] = core::array::from_fn(|gate| {
                let row = unit * 4 * (INPUTS + UNITS) + gate;
                let all = x[place * INPUTS..][..INPUTS].iter().chain(&before).enumerate();
                params.bias[4 * unit + gate] + all.map(|(i, v)| v * params.weights[row + 4 * i]).sum::<f32>()
            });
            let sigmoid = |x: f32| 1.0 / (1.0 + (-x).exp());
            let kept = sigmoid(sums[1]) * cell[unit] + sigmoid(sums[0]) * sums[2].tanh();
            cell[unit] = kept.clamp(-0.25, 0.25);
            clipped += usize::from(cell[unit] != kept);
            hidden[unit] = sigmoid(sums[3]) * cell[unit].tanh();
        }
        let output = &arena.get::<f32, 76, 9>()[3 * place..][..UNITS];
        for (result, expected) in output.iter().zip(&hidden) {
            assert!((result - expected).abs() < 1e-6, "step {number}: {result} for {expected}");
        }
    }
    for (result, expected) in arena.get::<f32, 60, 4>().iter().zip(hidden.iter().chain(&cell)) {
        assert!((result - expected).abs() < 1e-6, "{result} for {expected}");
    }
    assert!(clipped > 0, "the data reaches the cell's bound");
}

#[test]
fn forwards_from_a_state() {
    follows_the_definition::<Forwards>();
}

#[test]
fn backwards_from_nothing() {
    follows_the_definition::<Backwards>();
}
