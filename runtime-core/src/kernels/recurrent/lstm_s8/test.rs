//! Against the definition, forwards with a state that is changed where it lies, and backwards from nothing.

use super::*;
use crate::arena::Arena;
use crate::kernels::test_support::{noise_i8, noise_i32};
use tinyml_arith::Quantization;

const STEPS: usize = 3;
const INPUTS: usize = 5;
const UNITS: usize = 4;
const WEIGHTS: usize = 4 * UNITS * (INPUTS + UNITS);

const fn params() -> Params {
    let hidden = Quantization { scale: 1.0 / 120.0, zero_point: -7 };
    let Some(lstm) = Lstm::derive(-11, hidden, 0.0) else { panic!("the power is in range") };
    Params {
        weights: &const { noise_i8::<WEIGHTS>(1, -127, 127) },
        bias: &const { noise_i32::<{ 8 * UNITS }>(2, -4000, 4000) },
        input_multipliers: &[1_300_000_000, 1_500_000_000, 1_700_000_000, 2_100_000_000],
        input_shifts: &[-1, -2, -1, -2],
        recurrent_multipliers: &[2_000_000_000, 1_100_000_000, 1_900_000_000, 1_400_000_000],
        recurrent_shifts: &[-2, -1, -2, -1],
        lstm,
    }
}

macro_rules! layer {
    ($layer:ident: reverse $reverse:literal, initial $initial:literal, sequence $sequence:literal, before $before:literal) => {
        struct $layer;
        impl Shape for $layer {
            const STEPS: usize = STEPS;
            const INPUTS: usize = INPUTS;
            const UNITS: usize = UNITS;
            const REVERSE: bool = $reverse;
            const INITIAL: bool = $initial;
            const SEQUENCE: bool = $sequence;
            const STRIDE: usize = 6;
        }
        impl Layer for $layer {
            type Shape = $layer;
            const INPUT: usize = 0;
            const HIDDEN_BEFORE: usize = $before;
            const CELL_BEFORE: usize = $before + 4;
            const HIDDEN: usize = 16;
            const CELL: usize = 20;
            const OUTPUT: usize = 32;
            const SCRATCH: usize = 48;
            const PARAMS: Params = params();
        }
    };
}
layer!(InPlace: reverse false, initial true, sequence true, before 16);
layer!(Backwards: reverse true, initial false, sequence true, before 16);
layer!(LastAlone: reverse false, initial true, sequence false, before 52);

/// A step by the definition.
fn step(x: &[i8], hidden: &mut [i8; UNITS], cell: &mut [i16; UNITS]) {
    let params = params();
    let before = *hidden;
    for unit in 0..UNITS {
        let arguments: [i16; 4] = core::array::from_fn(|gate| {
            let row = unit * 4 * (INPUTS + UNITS) + gate;
            let sum = |first: usize, values: &[i8], bias: i32| {
                let products = values.iter().enumerate();
                bias + products
                    .map(|(i, &v)| i32::from(v) * i32::from(params.weights[first + 4 * i]))
                    .sum::<i32>()
            };
            let input = sum(row, x, params.bias[8 * unit + gate]);
            let recurrent = sum(row + 4 * INPUTS, &before, params.bias[8 * unit + 4 + gate]);
            let multiplier = |fractions: &[i32], shifts: &[i8]| Multiplier {
                multiplier: fractions[gate],
                shift: shifts[gate].into(),
            };
            gate_argument(
                (input, multiplier(params.input_multipliers, params.input_shifts)),
                (recurrent, multiplier(params.recurrent_multipliers, params.recurrent_shifts)),
            )
        });
        cell[unit] = params.lstm.cell(cell[unit], arguments[0], arguments[1], arguments[2]);
        hidden[unit] = params.lstm.hidden(cell[unit], arguments[3]);
    }
}

fn follows_the_definition<L: Layer, const HIDDEN: usize, const CELL: usize>() {
    for seed in 0..8 {
        let mut arena = Arena::<96>::new();
        let x = noise_i8::<{ STEPS * INPUTS }>(30 + seed, -128, 127);
        let mut hidden = noise_i8::<UNITS>(40 + seed, -128, 127);
        let mut cell = noise_i32::<UNITS>(50 + seed, -32768, 32767).map(|c| c as i16);
        *arena.get_mut::<i8, 0, { STEPS * INPUTS }>() = x;
        arena.get_mut::<i8, 32, 16>().fill(99);
        *arena.get_mut::<i8, HIDDEN, UNITS>() = hidden;
        *arena.get_mut::<i16, CELL, UNITS>() = cell;
        if !L::Shape::INITIAL {
            (hidden, cell) = ([-7; UNITS], [0; UNITS]);
        }
        run::<L, _>(&mut arena);
        for number in 0..STEPS {
            let place = if L::Shape::REVERSE { STEPS - 1 - number } else { number };
            step(&x[place * INPUTS..(place + 1) * INPUTS], &mut hidden, &mut cell);
            let output = &arena.get::<i8, 32, 16>()[place * 6..place * 6 + UNITS];
            if L::Shape::SEQUENCE {
                assert_eq!(output, &hidden, "seed {seed}, step {number}");
            }
        }
        assert_eq!(arena.get::<i8, 16, UNITS>(), &hidden, "seed {seed}");
        assert_eq!(arena.get::<i16, 20, UNITS>(), &cell, "seed {seed}");
        let untouched = arena.get::<i8, 32, 16>().iter().filter(|&&byte| byte == 99).count();
        assert!(
            untouched >= if L::Shape::SEQUENCE { 4 } else { 16 },
            "{untouched} bytes between the hidden states"
        );
    }
}

#[test]
fn the_state_is_changed_in_place() {
    follows_the_definition::<InPlace, 16, 20>();
}

#[test]
fn backwards_from_nothing() {
    follows_the_definition::<Backwards, 16, 20>();
}

#[test]
fn the_last_hidden_state_alone() {
    follows_the_definition::<LastAlone, 52, 56>();
}
