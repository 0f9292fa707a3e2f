//! Fully connected layers.

use tinyml::__private::fully_connected_blocks_s8::{Layer, Params, Shape, run};
use tinyml::__private::{Arena, Clamp, Scaling};

use crate::noise::{WEIGHTS, holds, operand, within};
use crate::scaling::{accumulator_bits, form, multiplier_bits, scaled, table};

const fn rows(name: usize) -> usize {
    within(name, 31, 1, 3)
}

const fn inputs(name: usize) -> usize {
    // Whole words, for which cores have a loop of their own, half of the time.
    if name % 2 == 0 { within(name, 32, 1, 10) * 4 } else { within(name, 33, 1, 41) }
}

const fn outputs(name: usize) -> usize {
    within(name, 34, 1, 19)
}

/// Bytes of a guard zone.
const GUARD: usize = 32;
const BYTES: usize = 1024;
const CLAMP: Clamp = Clamp { min: -128, max: 90 };

const fn place_of_results(name: usize) -> usize {
    (GUARD + rows(name) * inputs(name) + GUARD).next_multiple_of(4)
}

struct Random<const NAME: usize>;

impl<const NAME: usize> Shape for Random<NAME> {
    const ROWS: usize = rows(NAME);
    const INPUTS: usize = inputs(NAME);
    const OUTPUTS: usize = outputs(NAME);
    const SCALING: Scaling = form(NAME);
    const ACCUMULATOR_BITS: usize = accumulator_bits(inputs(NAME));
    const MULTIPLIER_BITS: usize = multiplier_bits(form(NAME));
}

impl<const NAME: usize> Layer for Random<NAME> {
    type Shape = Self;
    const INPUT: usize = GUARD;
    const OUTPUT: usize = place_of_results(NAME);
    const PARAMS: Params = Params {
        weights: WEIGHTS.split_at(outputs(NAME).next_multiple_of(4) * inputs(NAME)).0,
        channels: table(form(NAME)).split_at(outputs(NAME) * 3).0,
        input_zero_point: 0,
        output_zero_point: 5,
        clamp: CLAMP,
    };
}

fn one<const NAME: usize>() {
    static mut ARENA: Arena<BYTES> = Arena::new();
    // SAFETY: one program of one thread; the only reference.
    let arena = unsafe { &mut *(&raw mut ARENA) };
    let (rows, inputs, outputs) = (rows(NAME), inputs(NAME), outputs(NAME));
    let results = place_of_results(NAME);
    for round in 0..5 {
        for pattern in [0x5a, 0xa5] {
            let all = arena.get_mut::<u8, 0, BYTES>();
            all.fill(pattern);
            operand(&mut all[GUARD..][..rows * inputs], round);
            run::<Random<NAME>, _>(arena);
            let all = arena.get::<u8, 0, BYTES>();
            let guarded = |from: usize, to: usize| holds(&all[from..to], pattern);
            assert!(
                guarded(0, GUARD) && guarded(GUARD + rows * inputs, results),
                "layer {NAME}: wrote outside"
            );
            assert!(guarded(results + rows * outputs, BYTES), "layer {NAME}: wrote behind the result");
            for row in 0..rows {
                for output in 0..outputs {
                    let product = |i: usize| {
                        let weight = WEIGHTS[(output / 4 * inputs + i) * 4 + output % 4];
                        i32::from(weight) * i32::from(all[GUARD + row * inputs + i] as i8)
                    };
                    let sum = (0..inputs).map(product).sum();
                    let expected = scaled(form(NAME), output, sum).max(CLAMP.min).min(CLAMP.max);
                    let result = i32::from(all[results + row * outputs + output] as i8);
                    assert!(result == expected, "layer {NAME} at {row}, {output}: {result}, not {expected}");
                }
            }
        }
    }
}

/// All layers.
pub(crate) fn all() {
    one::<0>();
    one::<1>();
    one::<2>();
    one::<3>();
    one::<4>();
    one::<5>();
    one::<6>();
    one::<7>();
    one::<8>();
    one::<9>();
    one::<10>();
    one::<11>();
}
