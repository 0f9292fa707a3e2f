//! Fully connected layers by the DSP instructions: vectors as they are and columns, both packings, every form of requantisation, with
//! one multiplier for all outputs and with one for each.

use tinyml::__private::fully_connected_dsp_s8::{Layer, Params, Shape, run};
use tinyml::__private::{Arena, Clamp, Finish, HighMul, Packing};
use tinyml_arith::matrix::{
    BLOCK, layer_words, vector_in_place, vector_scratch_words, vector_taps, weight_bytes,
};

use crate::noise::{holds, number, operand, within};

const fn rows(name: usize) -> usize {
    if name % 4 == 3 { within(name, 31, 2, 3) } else { 1 }
}

/// Whole words, or all but an element: then no step of a column is left empty, for which weights would have to be zero.
const fn inputs(name: usize) -> usize {
    within(name, 32, 1, 20) * 4 - if name % 5 == 4 { 1 } else { 0 }
}

const fn outputs(name: usize) -> usize {
    within(name, 34, 1, OUTPUTS)
}

const fn packing(name: usize) -> Packing {
    if number(name, 35).is_multiple_of(2) { Packing::Paired } else { Packing::Plain }
}

const fn finish(name: usize) -> Finish {
    match name % 3 {
        0 => Finish::Floor,
        1 => Finish::Shifted,
        _ => Finish::Double,
    }
}

const fn common(name: usize) -> bool {
    vector_in_place(rows(name), inputs(name)) && number(name, 36).is_multiple_of(2)
}

/// Outputs of the largest layer.
const OUTPUTS: usize = 17;
/// Words of constants of the largest layer.
const WORDS: usize = layer_words(OUTPUTS, Finish::Double, false);
const GUARD: usize = 32;
const BYTES: usize = 2048;
const CLAMP: Clamp = Clamp { min: -128, max: 90 };

const fn place_of_results(name: usize) -> usize {
    (GUARD + rows(name) * inputs(name) + GUARD).next_multiple_of(4)
}

const fn scratch(name: usize) -> usize {
    (place_of_results(name) + rows(name) * outputs(name) + GUARD).next_multiple_of(4)
}

/// Packed weights, of which layers take as many as they need.
static WEIGHTS: [u32; 1024] = {
    let mut words = [0; 1024];
    let mut i = 0;
    while i < words.len() {
        // Some stretches are extreme.
        words[i] = if i / 16 % 4 == 3 { 0x8180_8180 } else { number(i, 78) };
        i += 1;
    }
    words
};

const fn bias(output: usize) -> i32 {
    within(output, 37, 0, 18_000) as i32 - 9000
}

/// Multiplier, offset and shift of an output.
const fn scale(name: usize, output: usize) -> [i32; 3] {
    let output = if common(name) { 0 } else { output };
    let zero = within(output, 38, 100, 150) as i32;
    let multiplier = within(output, 39, 1 << 22, 1 << 24) as i32;
    match finish(name) {
        Finish::Floor | Finish::Exact => [multiplier, zero, 0],
        Finish::Shifted => [multiplier << 3, (2 * zero + 1) << 2, 3],
        Finish::Double => [multiplier << 6, (2 * zero + 1) << 6, 7],
    }
}

/// The constants as the kernel takes them.
const fn constants(name: usize) -> [i32; WORDS] {
    let mut words = [0; WORDS];
    let mut at = 0;
    if common(name) {
        let [multiplier, offset, shift] = scale(name, 0);
        (words[0], words[1], words[2]) = (multiplier, offset, shift);
        at = 3;
    }
    let mut first = 0;
    while first < outputs(name) {
        let mut channel = 0;
        while channel < BLOCK {
            words[at] = match packing(name) {
                Packing::Paired if channel % 2 == 0 => {
                    256 * bias(first + channel) + bias(first + channel + 1)
                }
                _ => bias(first + channel),
            };
            at += 1;
            channel += 1;
        }
        channel = 0;
        while channel < BLOCK && !common(name) {
            let mut word = 0;
            while word < if matches!(finish(name), Finish::Floor) { 2 } else { 3 } {
                words[at] = scale(name, first + channel)[word];
                at += 1;
                word += 1;
            }
            channel += 1;
        }
        first += BLOCK;
    }
    words
}

struct Random<const NAME: usize>;

impl<const NAME: usize> Random<NAME> {
    const CONSTANTS: [i32; WORDS] = constants(NAME);
}

impl<const NAME: usize> Shape for Random<NAME> {
    const ROWS: usize = rows(NAME);
    const INPUTS: usize = inputs(NAME);
    const OUTPUTS: usize = outputs(NAME);
    const PACKING: Packing = packing(NAME);
    const FINISH: Finish = finish(NAME);
    const COMMON: bool = common(NAME);
}

impl<const NAME: usize> Layer for Random<NAME> {
    type Shape = Self;
    const INPUT: usize = GUARD;
    const OUTPUT: usize = place_of_results(NAME);
    const SCRATCH: usize = scratch(NAME);
    const PARAMS: Params = Params {
        weights: WEIGHTS.split_at(weight_bytes(outputs(NAME), &vector_taps(inputs(NAME))) / 4).0,
        constants: Self::CONSTANTS.split_at(layer_words(outputs(NAME), finish(NAME), common(NAME))).0,
        input_zero_point: 0,
        output_zero_point: 5,
        clamp: CLAMP,
    };
}

/// The result for a row by the definition.
fn expected(name: usize, row: &[u8], output: usize) -> i32 {
    let taps = vector_taps(inputs(name));
    let mut sum = bias(output);
    for step in 0..taps.steps() {
        let word = WEIGHTS[(output / BLOCK * taps.steps() + step) * 2 + output % BLOCK / 2];
        for (half, tap) in taps.step(step).into_iter().enumerate() {
            let both = i32::from((word >> (16 * half)) as i16);
            let low = i32::from(both as i8);
            let weight = match (output % 2, packing(name)) {
                (1, _) => low,
                (_, Packing::Paired) => (both - low) >> 8,
                (_, Packing::Plain) => both >> 8,
            };
            // A tap that is not there is multiplied with zero.
            sum += tap.map_or(0, |tap| weight * i32::from(row[tap] as i8));
        }
    }
    let [multiplier, offset, shift] = scale(name, output);
    let form = if matches!(finish(name), Finish::Double) { HighMul::Double } else { HighMul::Floor };
    CLAMP.apply((form.apply(sum, multiplier, offset, shift as u32) - 128).clamp(-128, 127))
}

fn one<const NAME: usize>() {
    static mut ARENA: Arena<BYTES> = Arena::new();
    // SAFETY: one program of one thread; the only reference.
    let arena = unsafe { &mut *(&raw mut ARENA) };
    let (rows, inputs, outputs) = (rows(NAME), inputs(NAME), outputs(NAME));
    let (results, scratch) = (place_of_results(NAME), scratch(NAME));
    let words = vector_scratch_words(rows, inputs, outputs, finish(NAME));
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
                "layer {NAME}: wrote before the result"
            );
            assert!(guarded(results + rows * outputs, scratch), "layer {NAME}: wrote behind the result");
            assert!(guarded(scratch + 4 * words, BYTES), "layer {NAME}: wrote behind the scratch");
            for (row, vector) in all[GUARD..][..rows * inputs].chunks(inputs).enumerate() {
                for output in 0..outputs {
                    let expected = expected(NAME, vector, output);
                    let result = i32::from(all[results + row * outputs + output] as i8);
                    assert!(result == expected, "layer {NAME} at {row}, {output}: {result}, not {expected}");
                }
            }
        }
    }
}

macro_rules! layers {
    ($($name:literal)*) => {
        $(one::<$name>();)*
    };
}

/// All layers.
pub(crate) fn all() {
    layers!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29);
}
