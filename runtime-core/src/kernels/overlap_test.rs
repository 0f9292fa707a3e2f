//! Every kernel with its result over its operand, as far as it claims to allow that, in each direction that it can run: the
//! result must be the same as with separate buffers, and one byte more must be refused. Shapes look random.

extern crate std;

use std::vec::Vec;

use tinyml_arith::add::Add;
use tinyml_arith::helium::Constants;
use tinyml_arith::matrix::{BLOCK, Finish, PAIRS, Packing, Windows, layer_words, vector_taps, weight_bytes};
use tinyml_arith::overlap::{Blocks, Gaps, Place};
use tinyml_arith::reduction::Reduction;
use tinyml_arith::{Clamp, Multiplier, Quantization};

use super::test_support::{noise_f32, noise_i8, noise_i32};
use super::window::Window;
use crate::arena::{Arena, Element};

/// Bytes of the test's arena, and where the operand lies.
const ARENA: usize = 16 * 1024;
const OPERAND: usize = 8 * 1024;

const BIG: usize = 4096;
static WEIGHTS: [i8; BIG] = noise_i8(1, -128, 127);
static WEIGHTS_F32: [f32; BIG] = noise_f32(2);
static BIAS: [i32; BIG] = noise_i32(3, -9000, 9000);
static BIAS_F32: [f32; BIG] = noise_f32(4);
static MULTIPLIERS: [i32; BIG] = noise_i32(5, 1 << 30, i32::MAX);
static SHIFTS: [i8; BIG] = noise_i8(6, -9, -6);

const fn first<T>(values: &'static [T; BIG], count: usize) -> &'static [T] {
    values.split_at(count).0
}

/// A number in `low..=high` that depends on the seed and on which number it is.
const fn number(seed: u32, which: u32, low: usize, high: usize) -> usize {
    let [_, _, value] = noise_i32::<3>(seed.wrapping_mul(97).wrapping_add(which), low as i32, high as i32);
    value as usize
}

/// A window over an image; none of the windows lies wholly in the padding.
const fn window(seed: u32) -> Window {
    let mut window = Window {
        input: [number(seed, 0, 1, 9), number(seed, 1, 1, 9)],
        output: [0; 2],
        kernel: [number(seed, 2, 1, 4), number(seed, 3, 1, 4)],
        stride: [number(seed, 4, 1, 3), number(seed, 5, 1, 3)],
        dilation: [number(seed, 6, 1, 8).saturating_sub(6) + 1, 1],
        padding: [0; 2],
    };
    if seed % 5 == 4 {
        // One window over all.
        window.output = [1, 1];
        window.kernel = window.input;
        window.dilation = [1, 1];
        return window;
    }
    let mut axis = 0;
    while axis < 2 {
        let reach = (window.kernel[axis] - 1) * window.dilation[axis];
        let most = if reach < window.input[axis] { reach } else { window.input[axis] - 1 };
        window.padding[axis] = number(seed, 7 + axis as u32, 0, most);
        let behind = number(seed, 9 + axis as u32, 0, most);
        let room = window.input[axis] + window.padding[axis] + behind;
        // As much behind as a window needs at least.
        window.output[axis] = if room > reach { (room - reach - 1) / window.stride[axis] + 1 } else { 1 };
        axis += 1;
    }
    window
}

/// How the buffers lie.
const APART: usize = 0;
const FORWARD: usize = 1;
const BACKWARD: usize = 2;
/// As these two, but apart by more than is asked for.
const FORWARD_FURTHER: usize = 3;
const BACKWARD_FURTHER: usize = 4;

/// Where the result lies.
const fn result(
    gaps: Gaps,
    operand_bytes: usize,
    result_bytes: usize,
    placing: usize,
    further: usize,
) -> usize {
    let further = (further % (operand_bytes + 1) / 4 * 4) as isize;
    match (placing, gaps.forward, gaps.backward) {
        (FORWARD, Some(gap), _) => (OPERAND as isize - at_least(gap, operand_bytes)) as usize,
        (FORWARD_FURTHER, Some(gap), _) => {
            (OPERAND as isize - at_least(gap, operand_bytes) - further) as usize
        }
        (BACKWARD, _, Some(gap)) => {
            ((OPERAND + operand_bytes) as isize + at_least(gap, operand_bytes)) as usize - result_bytes
        }
        (BACKWARD_FURTHER, _, Some(gap)) => {
            ((OPERAND + operand_bytes) as isize + at_least(gap, operand_bytes) + further) as usize
                - result_bytes
        }
        _ => OPERAND + operand_bytes.next_multiple_of(4),
    }
}

/// A gap of less than the operand's size in the other direction only says that they are apart.
const fn at_least(gap: isize, operand_bytes: usize) -> isize {
    if gap < -(operand_bytes as isize) { -(operand_bytes as isize) } else { gap }
}

fn bytes_of(arena: &mut Arena<ARENA>) -> &mut [u8; ARENA] {
    arena.get_mut::<u8, 0, ARENA>()
}

/// The result's bytes after `run` on an operand that looks random.
fn outcome<T: Element>(
    seed: u32,
    operand_bytes: usize,
    result: Place,
    run: fn(&mut Arena<ARENA>),
) -> Vec<u8> {
    let mut arena = Arena::new();
    let bytes = bytes_of(&mut arena);
    if size_of::<T>() == 1 {
        let noise = noise_i8::<BIG>(seed + 1, -128, 127);
        (0..operand_bytes).for_each(|i| bytes[OPERAND + i] = noise[i % BIG] as u8);
    } else {
        let noise = noise_f32::<BIG>(seed + 1);
        let floats = noise.iter().flat_map(|value| value.to_le_bytes());
        bytes[OPERAND..OPERAND + operand_bytes].iter_mut().zip(floats).for_each(|(to, from)| *to = from);
    }
    run(&mut arena);
    bytes_of(&mut arena)[result.offset..result.end()].to_vec()
}

macro_rules! seeds {
    ($check:ident: $($seed:literal)*) => {
        $($check::<$seed>();)*
    };
}

/// Checks a kernel for the seeds: `$gaps` is its claim, `$elements` are those of operand and result.
macro_rules! sliding {
    (
        $name:ident: $kernel:path, $from:ty => $to:ty, [$($backward:tt)*],
        |$seed:ident| { $($shape:tt)* }
        gaps $gaps:expr; elements $elements:expr; params $params:expr;
    ) => {
        mod $name {
            use super::*;
            use $kernel::{Layer, Params, Shape, run};

            struct Random<const SEED: u32>;
            impl<const $seed: u32> Shape for Random<$seed> {
                $($shape)*
            }

            const fn gaps<const $seed: u32>() -> Gaps {
                #[allow(clippy::extra_unused_type_parameters)]
                const fn claim<S: Shape>() -> Gaps { $gaps }
                claim::<Random<$seed>>()
            }

            const fn elements<S: Shape>() -> [usize; 2] { $elements }

            struct At<const SEED: u32, const PLACING: usize>;
            impl<const SEED: u32, const PLACING: usize> At<SEED, PLACING> {
                const BYTES: [usize; 2] = {
                    let [from, to] = elements::<Random<SEED>>();
                    [from * size_of::<$from>(), to * size_of::<$to>()]
                };
                const RESULT: Place = Place {
                    offset: result(gaps::<SEED>(), Self::BYTES[0], Self::BYTES[1], PLACING, number(SEED, 99, 0, 999)),
                    bytes: Self::BYTES[1],
                };
            }
            impl<const SEED: u32, const PLACING: usize> Layer for At<SEED, PLACING> {
                type Shape = Random<SEED>;
                const INPUT: usize = OPERAND;
                const OUTPUT: usize = Self::RESULT.offset;
                $($backward)*
                const PARAMS: Params = {
                    #[allow(clippy::extra_unused_type_parameters)]
                    const fn params<S: Shape>() -> Params { $params }
                    params::<Random<SEED>>()
                };
            }

            fn check<const SEED: u32>() {
                let [operand, _] = At::<SEED, APART>::BYTES;
                let outcome = |result, run| outcome::<$from>(SEED, operand, result, run);
                let expected = outcome(At::<SEED, APART>::RESULT, run::<At<SEED, APART>, _>);
                let gaps = gaps::<SEED>();
                let forward = outcome(At::<SEED, FORWARD>::RESULT, run::<At<SEED, FORWARD>, _>);
                assert_eq!(forward, expected, "seed {SEED}, forwards, {gaps:?}");
                if gaps.backward.is_some() {
                    let backward = outcome(At::<SEED, BACKWARD>::RESULT, run::<At<SEED, BACKWARD>, _>);
                    assert_eq!(backward, expected, "seed {SEED}, backwards, {gaps:?}");
                    let result = At::<SEED, BACKWARD_FURTHER>::RESULT;
                    let further = outcome(result, run::<At<SEED, BACKWARD_FURTHER>, _>);
                    assert_eq!(further, expected, "seed {SEED}, backwards, {gaps:?}, further");
                }
                let result = At::<SEED, FORWARD_FURTHER>::RESULT;
                let further = outcome(result, run::<At<SEED, FORWARD_FURTHER>, _>);
                assert_eq!(further, expected, "seed {SEED}, forwards, {gaps:?}, further");
                // One byte more is refused.
                let operand = Place { offset: OPERAND, bytes: operand };
                let shifted = |place: Place, by: isize| {
                    Place { offset: place.offset.wrapping_add_signed(by), ..place }
                };
                let further = shifted(At::<SEED, FORWARD>::RESULT, 1);
                assert!(operand.is_apart(further) || !gaps.permits(operand, further, false));
                let further = shifted(At::<SEED, BACKWARD>::RESULT, -1);
                assert!(operand.is_apart(further) || !gaps.permits(operand, further, true));
            }

            #[test]
            fn over_the_operand_as_apart() {
                seeds!(check: 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19);
            }
        }
    };
}

/// The constants of a `Shape` with a window.
macro_rules! windowed {
    ($seed:ident, $from:expr, $to:expr) => {
        const INPUT: [usize; 3] = [window($seed).input[0], window($seed).input[1], $from];
        const OUTPUT: [usize; 3] = [window($seed).output[0], window($seed).output[1], $to];
        const KERNEL: [usize; 2] = window($seed).kernel;
        const STRIDE: [usize; 2] = window($seed).stride;
        const DILATION: [usize; 2] = window($seed).dilation;
        const PADDING: [usize; 2] = window($seed).padding;
    };
}

const fn volume([height, width, channels]: [usize; 3]) -> usize {
    height * width * channels
}

const fn params_s8(weights: usize, channels: usize) -> super::channelwise::Params {
    super::channelwise::Params {
        weights: first(&WEIGHTS, weights),
        bias: first(&BIAS, channels),
        multipliers: first(&MULTIPLIERS, channels),
        shifts: first(&SHIFTS, channels),
        input_zero_point: -11,
        output_zero_point: 5,
        clamp: Clamp { min: -120, max: 101 },
    }
}

sliding! {
    conv2d_s8: crate::kernels::convolution::conv2d_s8, i8 => i8, [const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;],
    |SEED| { windowed!(SEED, number(SEED, 20, 1, 6), number(SEED, 21, 1, 6)); }
    gaps crate::kernels::convolution::conv2d::gaps::<S>(1, Blocks::POSITION);
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params params_s8(crate::kernels::convolution::conv2d::weights::<S>(), S::OUTPUT[2]);
}

sliding! {
    depthwise_s8: crate::kernels::convolution::depthwise_s8, i8 => i8, [const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;],
    |SEED| {
        windowed!(SEED, number(SEED, 20, 1, 6), number(SEED, 20, 1, 6) * number(SEED, 22, 1, 5).div_ceil(3));
        const GROUPS: usize = number(SEED, 20, 1, 6);
    }
    gaps crate::kernels::convolution::conv2d::gaps::<S>(1, Blocks::depthwise(S::OUTPUT[2] / S::INPUT[2]));
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params params_s8(crate::kernels::convolution::conv2d::weights::<S>(), S::OUTPUT[2]);
}

const fn params_of_table(weights: usize, channels: usize) -> super::scaling::Params {
    super::scaling::Params {
        weights: first(&WEIGHTS, weights),
        channels: TABLE.split_at(channels * super::scaling::WORDS).0,
        input_zero_point: -11,
        output_zero_point: 5,
        clamp: Clamp { min: -120, max: 101 },
    }
}

/// Constants of groups of channels for the kernels with Helium: bias, multiplier, offset and negated shift.
const fn helium_constants(group: usize) -> [i32; 64] {
    let mut constants = [0; 64];
    let mut i = 0;
    while i < constants.len() {
        let number = i as i32;
        constants[i] = match (i % Constants::Narrow.group_words(group)) * 4 / group {
            0..4 => (number * 7919) % 5000 - 2500,
            4..8 => (1 << 28) + number * 12_345,
            8..10 => ((number - 20) << 16) | (number + 5),
            _ => i32::from_ne_bytes([-3i8 as u8; 4]),
        };
        i += 1;
    }
    constants
}

static QUADS: [i32; 64] = helium_constants(4);
static OCTETS: [i32; 64] = helium_constants(8);

const fn params_helium(weights: usize, constants: &'static [i32], channels: usize) -> super::helium::Params {
    super::helium::Params {
        weights: first(&WEIGHTS, weights),
        constants: constants.split_at(Constants::Narrow.group_words(channels)).0,
        input_zero_point: -11,
        clamp: Clamp { min: -120, max: 101 },
    }
}

sliding! {
    conv2d_helium_s8: crate::kernels::convolution::conv2d_helium_s8, i8 => i8, [const SCRATCH: usize = 12 * 1024;],
    |SEED| {
        windowed!(SEED, number(SEED, 20, 1, 6), number(SEED, 21, 1, 6));
        const SCALING: super::super::scaling::Scaling = super::super::scaling::Scaling::Floor;
    }
    gaps crate::kernels::convolution::conv2d_helium_s8::gaps::<S>();
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params {
        let padded = S::OUTPUT[2].next_multiple_of(4);
        params_helium(padded * S::KERNEL[0] * S::KERNEL[1] * S::INPUT[2], &QUADS, padded)
    };
}

sliding! {
    pointwise_helium_s8: crate::kernels::convolution::conv2d_helium_s8, i8 => i8, [const SCRATCH: usize = 12 * 1024;],
    |SEED| {
        const INPUT: [usize; 3] = [number(SEED, 1, 1, 7), number(SEED, 2, 1, 7), number(SEED, 3, 1, 2) * 16];
        const OUTPUT: [usize; 3] = [number(SEED, 1, 1, 7), number(SEED, 2, 1, 7), number(SEED, 4, 1, 9)];
        const KERNEL: [usize; 2] = [1, 1];
        const SCALING: super::super::scaling::Scaling = super::super::scaling::Scaling::Floor;
    }
    gaps crate::kernels::convolution::conv2d_helium_s8::gaps::<S>();
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params {
        let padded = S::OUTPUT[2].next_multiple_of(4);
        params_helium(padded * S::INPUT[2], &QUADS, padded)
    };
}

sliding! {
    depthwise_helium_s8: crate::kernels::convolution::depthwise_helium_s8, i8 => i8, [const SCRATCH: usize = 12 * 1024;],
    |SEED| {
        windowed!(SEED, number(SEED, 20, 1, 12), number(SEED, 20, 1, 12));
        const GROUPS: usize = number(SEED, 20, 1, 12);
        const SCALING: super::super::scaling::Scaling = super::super::scaling::Scaling::Floor;
    }
    gaps crate::kernels::convolution::depthwise_helium_s8::gaps::<S>();
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params {
        let padded = S::OUTPUT[2].next_multiple_of(8);
        params_helium(padded * S::KERNEL[0] * S::KERNEL[1], &OCTETS, padded)
    };
}

static TABLE: [i32; 96] = super::test_support::channel_table(super::scaling::Scaling::Exact);

sliding! {
    conv2d_pairs_s8: crate::kernels::convolution::conv2d_pairs_s8, i8 => i8, [
        const SCRATCH: usize = 12 * 1024;
        const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;
    ],
    |SEED| {
        windowed!(SEED, number(SEED, 20, 1, 6), number(SEED, 21, 1, 6));
    }
    gaps crate::kernels::convolution::conv2d_pairs_s8::gaps::<S>();
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params params_of_table((crate::kernels::convolution::conv2d::weights::<S>() / S::OUTPUT[2]).next_multiple_of(4) * S::OUTPUT[2], S::OUTPUT[2]);
}

sliding! {
    conv2d_blocks_s8: crate::kernels::convolution::conv2d_blocks_s8, i8 => i8, [
        const SCRATCH: usize = 12 * 1024;
        const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;
    ],
    |SEED| {
        windowed!(SEED, number(SEED, 20, 1, 6), number(SEED, 21, 1, 6));
    }
    gaps crate::kernels::convolution::conv2d_blocks_s8::gaps::<S>();
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params params_of_table((crate::kernels::convolution::conv2d::weights::<S>() / S::OUTPUT[2]) * S::OUTPUT[2].next_multiple_of(4), S::OUTPUT[2]);
}

sliding! {
    pointwise_blocks_s8: crate::kernels::convolution::conv2d_blocks_s8, i8 => i8, [
        const SCRATCH: usize = 12 * 1024;
        const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;
    ],
    |SEED| {
        const INPUT: [usize; 3] = [number(SEED, 1, 1, 7), number(SEED, 2, 1, 7), number(SEED, 3, 1, 9)];
        const OUTPUT: [usize; 3] = [number(SEED, 1, 1, 7), number(SEED, 2, 1, 7), number(SEED, 4, 1, 9)];
        const KERNEL: [usize; 2] = [1, 1];
    }
    gaps crate::kernels::convolution::conv2d_blocks_s8::gaps::<S>();
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params params_of_table((crate::kernels::convolution::conv2d::weights::<S>() / S::OUTPUT[2]) * S::OUTPUT[2].next_multiple_of(4), S::OUTPUT[2]);
}

sliding! {
    depthwise_rows_s8: crate::kernels::convolution::depthwise_rows_s8, i8 => i8, [
        const SCRATCH: usize = 12 * 1024;
        const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;
    ],
    |SEED| {
        windowed!(SEED, number(SEED, 20, 1, 6), number(SEED, 20, 1, 6));
        const GROUPS: usize = number(SEED, 20, 1, 6);
        const POSITIONS: usize = number(SEED, 23, 1, 5);
    }
    gaps crate::kernels::convolution::depthwise_rows_s8::gaps::<S>();
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params params_of_table(crate::kernels::convolution::conv2d::weights::<S>(), S::OUTPUT[2]);
}

static CHANNELS_OF_THREE: [i32; 48] = {
    let (biases, factors) = (noise_i32::<48>(12, -9000, 9000), noise_i32::<48>(13, 1 << 23, 1 << 25));
    let mut constants = [0; 48];
    let mut i = 0;
    while i < constants.len() {
        constants[i] = [biases[i], factors[i], 5][i % 3];
        i += 1;
    }
    constants
};

sliding! {
    depthwise_3x3_dsp_s8: crate::kernels::convolution::depthwise_3x3_dsp_s8, i8 => i8, [const SCRATCH: usize = 12 * 1024;],
    |SEED| {
        const INPUT: [usize; 3] = [number(SEED, 1, 1, 9), number(SEED, 2, 1, 9), number(SEED, 3, 4, 12)];
        // Some windows end below the image or on its right.
        const OUTPUT: [usize; 3] = {
            let [height, width, channels] = Self::INPUT;
            let rows = height + Self::PADDING[0] + number(SEED, 4, 0, 1);
            let columns = width + Self::PADDING[1] + number(SEED, 5, 0, 1);
            let reach = 2 * Self::DILATION[0];
            [
                if rows > reach { (rows - reach - 1) / Self::STRIDE[0] + 1 } else { 1 },
                if columns > 2 { (columns - 3) / Self::STRIDE[1] + 1 } else { 1 },
                channels,
            ]
        };
        const KERNEL: [usize; 2] = [3, 3];
        const STRIDE: [usize; 2] = [number(SEED, 6, 1, 3), number(SEED, 7, 1, 2)];
        const DILATION: [usize; 2] = [number(SEED, 8, 1, 2), 1];
        const PADDING: [usize; 2] = [number(SEED, 9, 0, 2), number(SEED, 10, 0, 1)];
        const GROUPS: usize = Self::INPUT[2];
    }
    gaps crate::kernels::convolution::depthwise_3x3_dsp_s8::geometry::<S>().gaps();
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params Params {
        weights: first(&WEIGHTS, 9 * S::OUTPUT[2]),
        constants: CHANNELS_OF_THREE.split_at(3 * S::OUTPUT[2]).0,
        input_zero_point: -11,
        clamp: Clamp::INT8,
    };
}

static WORDS: [u32; BIG] = {
    let (high, low) = (noise_i32::<BIG>(7, 0, 0xffff), noise_i32::<BIG>(8, 0, 0xffff));
    let mut words = [0; BIG];
    let mut i = 0;
    while i < BIG {
        words[i] = (high[i] as u32) << 16 | low[i] as u32;
        i += 1;
    }
    words
};

/// Blocks of a matrix' constants: what sums start from, and multipliers with offsets.
static BLOCKS: [i32; 96] = {
    let (starts, multipliers) = (noise_i32::<96>(9, -90_000, 90_000), noise_i32::<96>(10, 1 << 22, 1 << 24));
    let mut constants = [0; 96];
    let mut i = 0;
    while i < 96 {
        constants[i] = match i % (3 * BLOCK) {
            place if place < BLOCK => starts[i],
            place if place % 2 == 0 => multipliers[i],
            _ => 128,
        };
        i += 1;
    }
    constants
};

const fn params_of_matrix(weights: usize, channels: usize) -> super::matrix_dsp::Params {
    super::matrix_dsp::Params {
        weights: first(&WORDS, weights / 4),
        constants: BLOCKS.split_at(layer_words(channels, Finish::Floor, false)).0,
        input_zero_point: -11,
        output_zero_point: 5,
        clamp: Clamp { min: -120, max: 101 },
    }
}

/// The windows of a convolution, of which here the taps matter.
const fn windows<S: crate::kernels::convolution::conv2d::Shape>() -> Windows {
    Windows {
        kernel: S::KERNEL,
        column_dilation: S::DILATION[1],
        channels: S::INPUT[2],
        positions: S::OUTPUT[0] * S::OUTPUT[1],
        has_border: true,
    }
}

sliding! {
    conv2d_dsp_s8: crate::kernels::convolution::conv2d_dsp_s8, i8 => i8, [
        const SCRATCH: usize = 12 * 1024;
        const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;
    ],
    |SEED| {
        windowed!(SEED, number(SEED, 20, 1, 6), number(SEED, 21, 1, 9));
        const PACKING: Packing = if SEED.is_multiple_of(2) { Packing::Paired } else { Packing::Plain };
    }
    gaps crate::kernels::convolution::conv2d::gaps::<S>(1, PAIRS);
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params params_of_matrix(weight_bytes(S::OUTPUT[2], &windows::<S>().taps()), S::OUTPUT[2]);
}

sliding! {
    fully_connected_dsp_s8: crate::kernels::matrix::fully_connected_dsp_s8, i8 => i8, [const SCRATCH: usize = 12 * 1024;],
    |SEED| {
        const ROWS: usize = number(SEED, 0, 1, 6);
        const INPUTS: usize = number(SEED, 1, 1, 19);
        const OUTPUTS: usize = number(SEED, 2, 1, 19);
    }
    gaps crate::kernels::matrix::fully_connected_dsp_s8::gaps::<S>();
    elements [S::ROWS * S::INPUTS, S::ROWS * S::OUTPUTS];
    params params_of_matrix(weight_bytes(S::OUTPUTS, &vector_taps(S::INPUTS)), S::OUTPUTS);
}

sliding! {
    fully_connected_blocks_s8: crate::kernels::matrix::fully_connected_blocks_s8, i8 => i8, [],
    |SEED| {
        const ROWS: usize = number(SEED, 0, 1, 6);
        const INPUTS: usize = number(SEED, 1, 1, 9);
        const OUTPUTS: usize = number(SEED, 2, 1, 9);
    }
    gaps crate::kernels::matrix::fully_connected::gaps::<S>(1);
    elements [S::ROWS * S::INPUTS, S::ROWS * S::OUTPUTS];
    params params_of_table(S::INPUTS * S::OUTPUTS.next_multiple_of(4), S::OUTPUTS);
}

sliding! {
    conv2d_f32: crate::kernels::convolution::conv2d_f32, f32 => f32, [const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;],
    |SEED| { windowed!(SEED, number(SEED, 20, 1, 4), number(SEED, 21, 1, 4)); }
    gaps crate::kernels::convolution::conv2d::gaps::<S>(4, Blocks::POSITION);
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params Params {
        weights: first(&WEIGHTS_F32, crate::kernels::convolution::conv2d::weights::<S>()),
        bias: first(&BIAS_F32, S::OUTPUT[2]),
        min: -9.0,
        max: 9.0,
    };
}

sliding! {
    max_pool2d_s8: crate::kernels::pooling::max_pool2d_s8, i8 => i8, [const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;],
    |SEED| { windowed!(SEED, number(SEED, 20, 1, 6), number(SEED, 20, 1, 6)); }
    gaps crate::kernels::pooling::pool2d::gaps::<S>(1);
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params Params { clamp: Clamp::INT8 };
}

sliding! {
    average_pool2d_s8: crate::kernels::pooling::average_pool2d_s8, i8 => i8, [const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;],
    |SEED| { windowed!(SEED, number(SEED, 20, 1, 6), number(SEED, 20, 1, 6)); }
    gaps crate::kernels::pooling::pool2d::gaps::<S>(1);
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params Params {
        clamp: Clamp::INT8,
        input_zero_point: 0,
        output_zero_point: 0,
        multipliers: &[],
        shifts: &[],
    };
}

sliding! {
    average_pool2d_f32: crate::kernels::pooling::average_pool2d_f32, f32 => f32, [const BACKWARD: bool = PLACING == BACKWARD || PLACING == BACKWARD_FURTHER;],
    |SEED| { windowed!(SEED, number(SEED, 20, 1, 4), number(SEED, 20, 1, 4)); }
    gaps crate::kernels::pooling::pool2d::gaps::<S>(4);
    elements [volume(S::INPUT), volume(S::OUTPUT)];
    params Params { min: -9.0, max: 9.0 };
}

sliding! {
    fully_connected_s8: crate::kernels::matrix::fully_connected_s8, i8 => i8, [],
    |SEED| {
        const ROWS: usize = number(SEED, 0, 1, 6);
        const INPUTS: usize = number(SEED, 1, 1, 9);
        const OUTPUTS: usize = number(SEED, 2, 1, 9);
        const PER_CHANNEL: bool = true;
    }
    gaps crate::kernels::matrix::fully_connected::gaps::<S>(1);
    elements [S::ROWS * S::INPUTS, S::ROWS * S::OUTPUTS];
    params params_s8(S::INPUTS * S::OUTPUTS, S::OUTPUTS);
}

sliding! {
    mean_s8: crate::kernels::reduction::mean_s8, i8 => i8, [],
    |SEED| {
        const KEPT: [usize; 3] = [number(SEED, 0, 1, 3), number(SEED, 1, 1, 4), number(SEED, 2, 1, 5)];
        const REDUCED: [usize; 2] = [number(SEED, 3, 1, 4), number(SEED, 4, 1, 4)];
    }
    gaps crate::kernels::axes::GAPS;
    elements {
        let results = crate::kernels::axes::results::<S>();
        [results * crate::kernels::axes::count::<S>(), results]
    };
    params Params {
        multiplier: Multiplier { multiplier: 1 << 30, shift: -1 },
        offset: 17,
        output_zero_point: -3,
    };
}

sliding! {
    reduce_s8: crate::kernels::reduction::reduce::reduce_s8, i8 => i8, [],
    |SEED| {
        const KEPT: [usize; 3] = [number(SEED, 0, 1, 3), number(SEED, 1, 1, 4), number(SEED, 2, 1, 5)];
        const REDUCED: [usize; 2] = [number(SEED, 3, 1, 4), number(SEED, 4, 1, 4)];
        const REDUCTION: Reduction = Reduction::Max;
    }
    gaps crate::kernels::axes::GAPS;
    elements {
        let results = crate::kernels::axes::results::<S>();
        [results * crate::kernels::axes::count::<S>(), results]
    };
    params Params {};
}

sliding! {
    reduce_f32: crate::kernels::reduction::reduce::reduce_f32, f32 => f32, [],
    |SEED| {
        const KEPT: [usize; 3] = [number(SEED, 0, 1, 3), number(SEED, 1, 1, 4), number(SEED, 2, 1, 5)];
        const REDUCED: [usize; 2] = [number(SEED, 3, 1, 4), number(SEED, 4, 1, 4)];
        const REDUCTION: Reduction = Reduction::LogSumExp;
    }
    gaps crate::kernels::axes::GAPS;
    elements {
        let results = crate::kernels::axes::results::<S>();
        [results * crate::kernels::axes::count::<S>(), results]
    };
    params Params {};
}

sliding! {
    pad_s8: crate::kernels::movement::pad::pad_s8, i8 => i8, [],
    |SEED| {
        const INPUT: [usize; 4] =
            [number(SEED, 0, 1, 3), number(SEED, 1, 1, 4), number(SEED, 2, 1, 4), number(SEED, 3, 1, 5)];
        const BEFORE: [usize; 4] =
            [number(SEED, 4, 0, 1), number(SEED, 5, 0, 2), number(SEED, 6, 0, 2), number(SEED, 7, 0, 2)];
        const AFTER: [usize; 4] =
            [number(SEED, 8, 0, 1), number(SEED, 9, 0, 2), number(SEED, 10, 0, 2), number(SEED, 11, 0, 2)];
    }
    gaps crate::kernels::movement::pad::gaps::<S>(1);
    elements {
        let [a, b, c, d] = S::INPUT;
        let [e, f, g, h] = crate::kernels::movement::pad::output::<S>();
        [a * b * c * d, e * f * g * h]
    };
    params Params { value: 77 };
}

sliding! {
    quantize_s8: crate::kernels::quantisation::quantize_s8, f32 => i8, [],
    |SEED| { const ELEMENTS: usize = number(SEED, 0, 1, 40); }
    gaps Gaps::elementwise(S::ELEMENTS, 4, 1);
    elements [S::ELEMENTS; 2];
    params Params { scale: 0.013, zero_point: 5 };
}

sliding! {
    dequantize_s8: crate::kernels::quantisation::dequantize_s8, i8 => f32, [],
    |SEED| { const ELEMENTS: usize = number(SEED, 0, 1, 40) * 4 - 3; }
    gaps Gaps::elementwise(S::ELEMENTS, 1, 4);
    elements [S::ELEMENTS; 2];
    params Params { scale: 0.013, zero_point: 5 };
}

sliding! {
    cast_i16_f32: crate::kernels::quantisation::cast::cast_i16_f32, i16 => f32, [],
    |SEED| { const ELEMENTS: usize = number(SEED, 0, 1, 40) * 2 - 1; }
    gaps Gaps::elementwise(S::ELEMENTS, 2, 4);
    elements [S::ELEMENTS; 2];
    params Params {};
}

sliding! {
    cast_i64_f32: crate::kernels::quantisation::cast::cast_i64_f32, i64 => f32, [],
    |SEED| { const ELEMENTS: usize = number(SEED, 0, 1, 40); }
    gaps Gaps::elementwise(S::ELEMENTS, 8, 4);
    elements [S::ELEMENTS; 2];
    params Params {};
}

sliding! {
    softmax_f32: crate::kernels::normalisation::softmax_f32, f32 => f32, [],
    |SEED| {
        const ROWS: usize = number(SEED, 0, 1, 5);
        const DEPTH: usize = number(SEED, 1, 1, 9);
    }
    gaps Gaps::BYTE_FOR_BYTE;
    elements [S::ROWS * S::DEPTH; 2];
    params Params { beta: 1.0 };
}

const BROADCAST: Add = Add::derive(
    Quantization { scale: 0.05, zero_point: 3 },
    Quantization { scale: 0.021, zero_point: -40 },
    Quantization { scale: 0.04, zero_point: -9 },
    Clamp { min: -100, max: 90 },
);

/// Extents of the operand: the result's, but 1 along the innermost `axes`.
const fn repeated(output: [usize; 4], axes: usize) -> [usize; 4] {
    let mut dims = output;
    let mut axis = 4 - axes;
    while axis < 4 {
        dims[axis] = 1;
        axis += 1;
    }
    dims
}

sliding! {
    add_constant_s8: crate::kernels::elementwise::binary::s8::add_constant_s8, i8 => i8, [],
    |SEED| {
        const OUTPUT: [usize; 4] =
            [number(SEED, 0, 1, 3), number(SEED, 1, 1, 4), number(SEED, 2, 1, 4), number(SEED, 3, 1, 5)];
        const INPUT_1: [usize; 4] = repeated(Self::OUTPUT, number(SEED, 4, 0, 4));
    }
    gaps Gaps::broadcast(S::INPUT_1, S::OUTPUT, 1, 1);
    elements {
        let ([a, b, c, d], [e, f, g, h]) = (S::INPUT_1, S::OUTPUT);
        [a * b * c * d, e * f * g * h]
    };
    params Params {
        constant: {
            let [a, b, c, d] = S::OUTPUT;
            first(&WEIGHTS, a * b * c * d)
        },
        arithmetic: BROADCAST,
    };
}

/// The depthwise kernel for DSP instructions does not slide: its result begins where the operand begins, or they are apart.
mod depthwise_dsp_s8 {
    use super::*;
    use crate::kernels::convolution::depthwise_dsp_s8::{Layer, Params, Shape, run, walk};
    use tinyml_arith::line_walk::LineWalk;

    struct Random<const SEED: u32>;

    impl<const SEED: u32> Shape for Random<SEED> {
        windowed!(SEED, number(SEED, 20, 2, 7), Self::INPUT[2] * number(SEED, 22, 1, 5).div_ceil(4));
        const GROUPS: usize = Self::INPUT[2];
        const WALK: usize = number(SEED, 23, 0, 1);
        const BLOCK: usize = if Self::INPUT[2] < 4 { 2 } else { number(SEED, 24, 1, 2) * 2 };
        const PAIRS: usize = {
            let all = LineWalk {
                input: Self::INPUT,
                output: Self::OUTPUT,
                kernel: Self::KERNEL,
                stride: Self::STRIDE,
                dilation: Self::DILATION,
                padding: Self::PADDING,
                walk: Self::WALK,
                pairs: 1,
                block: Self::BLOCK,
            };
            number(SEED, 25, all.min_pairs(), all.all_pairs())
        };
    }

    struct At<const SEED: u32, const IN_PLACE: bool>;

    impl<const SEED: u32, const IN_PLACE: bool> At<SEED, IN_PLACE> {
        const OPERAND: Place = Place { offset: OPERAND, bytes: volume(Random::<SEED>::INPUT) };
        const RESULT: Place = Place {
            offset: if IN_PLACE && walk::<Random<SEED>>().in_place() { OPERAND } else { 0 },
            bytes: volume(Random::<SEED>::OUTPUT),
        };
    }

    impl<const SEED: u32, const IN_PLACE: bool> Layer for At<SEED, IN_PLACE> {
        type Shape = Random<SEED>;
        const INPUT: usize = Self::OPERAND.offset;
        const OUTPUT: usize = Self::RESULT.offset;
        const SCRATCH: usize = 12 * 1024;
        const PARAMS: Params = {
            let channels = Random::<SEED>::OUTPUT[2];
            Params {
                weights: first(&WEIGHTS, channels * Random::<SEED>::KERNEL[0] * Random::<SEED>::KERNEL[1]),
                bias: first(&BIAS, channels),
                multipliers: first(&SMALL_MULTIPLIERS, channels),
                offsets: first(&ZEROS, channels),
                shifts: &[],
                input_zero_point: -11,
                clamp: Clamp::INT8,
            }
        };
    }

    static SMALL_MULTIPLIERS: [i32; BIG] = noise_i32(11, 1 << 23, 1 << 25);
    static ZEROS: [i32; BIG] = [0; BIG];

    /// Checks a shape; whether it can run in place.
    fn check<const SEED: u32>() -> bool {
        let operand = At::<SEED, true>::OPERAND;
        let outcome = |result, run| outcome::<i8>(SEED, operand.bytes, result, run);
        let apart = outcome(At::<SEED, false>::RESULT, run::<At<SEED, false>, _>);
        let over = outcome(At::<SEED, true>::RESULT, run::<At<SEED, true>, _>);
        let geometry = walk::<Random<SEED>>();
        assert_eq!(over, apart, "seed {SEED}, {geometry:?}");
        // One byte more in either direction is refused.
        for offset in [OPERAND - 1, OPERAND + 1] {
            let result = Place { offset, ..At::<SEED, true>::RESULT };
            assert!(operand.is_apart(result) || !geometry.permits(operand, result), "seed {SEED}");
        }
        geometry.in_place()
    }

    #[test]
    fn over_the_operand_as_apart() {
        macro_rules! all {
            ($($seed:literal)*) => { [$(check::<$seed>()),*] };
        }
        let in_place = all!(
            0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39
        );
        let count = in_place.iter().filter(|&&can| can).count();
        assert!((10..40).contains(&count), "{count} shapes of 40 can run in place");
    }
}

/// Depthwise layers of one position do not slide either, with one result for each channel.
mod depthwise_point {
    use super::*;
    use crate::kernels::convolution::{depthwise_point_dsp_s8 as dsp, depthwise_point_s8 as plain};

    struct Random<const SEED: u32>;

    impl<const SEED: u32> Random<SEED> {
        const CHANNELS: usize = number(SEED, 1, 4, 40);
        const TAPS: usize = number(SEED, 2, 1, 25);
        /// Whole pixels, or not.
        const FIRST: usize = match number(SEED, 3, 0, 3) {
            0 => number(SEED, 4, 0, 40),
            _ => number(SEED, 4, 0, 3) * Self::CHANNELS,
        };
    }

    impl<const SEED: u32> plain::Shape for Random<SEED> {
        const CHANNELS: usize = Self::CHANNELS;
        const TAPS: usize = Self::TAPS;
        const FIRST: usize = Self::FIRST;
    }

    impl<const SEED: u32> dsp::Shape for Random<SEED> {
        const CHANNELS: usize = Self::CHANNELS;
        const TAPS: usize = Self::TAPS;
        const STEP: usize = Self::CHANNELS * number(SEED, 5, 1, 2);
        const FIRST: usize = Self::FIRST;
    }

    struct At<const SEED: u32, const IN_PLACE: bool>;

    impl<const SEED: u32, const IN_PLACE: bool> plain::Layer for At<SEED, IN_PLACE> {
        type Shape = Random<SEED>;
        const INPUT: usize = OPERAND;
        const OUTPUT: usize = if IN_PLACE && plain::in_place::<Random<SEED>>() { OPERAND } else { 0 };
        const SCRATCH: usize = 12 * 1024;
        const PARAMS: plain::Params = plain::Params {
            weights: first(&WEIGHTS, Random::<SEED>::CHANNELS * Random::<SEED>::TAPS),
            channels: first(&MULTIPLIERS, Random::<SEED>::CHANNELS * 3),
            input_zero_point: -11,
            output_zero_point: 5,
            clamp: Clamp::INT8,
        };
    }

    static WORDS: [u32; BIG] = {
        let mut words = [0; BIG];
        let mut i = 0;
        while i < BIG {
            words[i] = (MULTIPLIERS[i] as u32).wrapping_mul(5);
            i += 1;
        }
        words
    };
    static CONSTANTS: [i32; BIG] = noise_i32(11, 1 << 23, 1 << 25);

    impl<const SEED: u32, const IN_PLACE: bool> dsp::Layer for At<SEED, IN_PLACE> {
        type Shape = Random<SEED>;
        const INPUT: usize = OPERAND;
        const OUTPUT: usize = if IN_PLACE && dsp::in_place::<Random<SEED>>() { OPERAND } else { 0 };
        const PARAMS: dsp::Params = dsp::Params {
            weights: WORDS.split_at(Random::<SEED>::CHANNELS.div_ceil(4) * Random::<SEED>::TAPS).0,
            constants: first(&CONSTANTS, Random::<SEED>::CHANNELS.div_ceil(4) * 12),
            clamp: Clamp::INT8,
        };
    }

    /// Checks a shape; whether it can run in place.
    fn check<const SEED: u32>() -> bool {
        let place =
            |over: bool| Place { offset: if over { OPERAND } else { 0 }, bytes: Random::<SEED>::CHANNELS };
        let operand = dsp::reach::<Random<SEED>>().max(plain::reach::<Random<SEED>>());
        let outcome = |over, run| outcome::<i8>(SEED, operand, place(over), run);
        let over = plain::in_place::<Random<SEED>>();
        assert_eq!(
            outcome(over, plain::run::<At<SEED, true>, _>),
            outcome(false, plain::run::<At<SEED, false>, _>),
            "seed {SEED}"
        );
        let over_dsp = dsp::in_place::<Random<SEED>>();
        assert_eq!(
            outcome(over_dsp, dsp::run::<At<SEED, true>, _>),
            outcome(false, dsp::run::<At<SEED, false>, _>),
            "seed {SEED}"
        );
        assert_eq!(over, over_dsp);
        over
    }

    #[test]
    fn over_the_operand_as_apart() {
        macro_rules! all {
            ($($seed:literal)*) => { [$(check::<$seed>()),*] };
        }
        let in_place = all!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29);
        let count = in_place.iter().filter(|&&can| can).count();
        assert!((10..30).contains(&count), "{count} shapes of 30 can run in place");
    }
}
