//! What the kernels' tests share: constants that look random, and a convolution by the definition.

extern crate std;

use std::vec;
use std::vec::Vec;

use proptest::prelude::*;
use tinyml_arith::{HighMul, Multiplier, Rounding, requantize};

use super::channelwise::Params;
use super::scaling::{Params as TableParams, Scaling, WORDS};
use crate::kernels::convolution::conv2d::Shape;

/// A step of Numerical Recipes' linear congruential generator; the high bits are good enough for test data.
const fn step(state: u32) -> u32 {
    state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223)
}

/// Integers in `low..=high`.
pub(crate) const fn noise_i32<const N: usize>(seed: u32, low: i32, high: i32) -> [i32; N] {
    let mut values = [0; N];
    let (mut state, mut i) = (step(seed), 0);
    while i < N {
        state = step(state);
        values[i] = low + (((state >> 8) as i64 * (high as i64 - low as i64 + 1)) >> 24) as i32;
        i += 1;
    }
    values
}

/// Integers in `low..=high`.
pub(crate) const fn noise_i8<const N: usize>(seed: u32, low: i8, high: i8) -> [i8; N] {
    let wide = noise_i32::<N>(seed, low as i32, high as i32);
    let mut values = [0; N];
    let mut i = 0;
    while i < N {
        values[i] = wide[i] as i8;
        i += 1;
    }
    values
}

/// Eighths in -1..=1: sums of a few products are exact in f32, in any order.
pub(crate) const fn noise_f32<const N: usize>(seed: u32) -> [f32; N] {
    let wide = noise_i32::<N>(seed, -8, 8);
    let mut values = [0.0; N];
    let mut i = 0;
    while i < N {
        values[i] = wide[i] as f32 / 8.0;
        i += 1;
    }
    values
}

/// Constants of a test that are made while it runs.
pub(crate) fn leak<T: Copy>(values: &[T]) -> &'static [T] {
    std::boxed::Box::leak(values.to_vec().into_boxed_slice())
}

/// A quantised convolution by the definition: pads the image with the zero point and slides over it. `weight` gives the place
/// of the weight (output channel, row, column, channel in the group).
pub(crate) fn convolve<S: Shape>(
    image: &[i8],
    params: &Params,
    weight: impl Fn(usize, usize, usize, usize) -> usize,
) -> Vec<i8> {
    let finish = |(o, acc): (usize, i32)| {
        let multiplier = Multiplier { multiplier: params.multipliers[o], shift: params.shifts[o].into() };
        let scaled = requantize(acc, multiplier, S::ROUNDING) + params.output_zero_point;
        scaled.max(params.clamp.min).min(params.clamp.max) as i8
    };
    let sums = sums::<S>(image, params.weights, params.bias, params.input_zero_point, weight);
    sums.into_iter().map(finish).collect()
}

/// The output channel and the accumulator of each result in order; operands as for [`convolve`].
pub(crate) fn sums<S: Shape>(
    image: &[i8],
    weights: &[i8],
    bias: &[i32],
    zero_point: i32,
    weight: impl Fn(usize, usize, usize, usize) -> usize,
) -> Vec<(usize, i32)> {
    let [in_h, in_w, in_c] = S::INPUT;
    let [out_h, out_w, out_c] = S::OUTPUT;
    let (group_in, group_out) = (in_c / S::GROUPS, out_c / S::GROUPS);
    let reach =
        |axis: usize| (S::OUTPUT[axis] - 1) * S::STRIDE[axis] + (S::KERNEL[axis] - 1) * S::DILATION[axis] + 1;
    let padded_h = reach(0).max(in_h + S::PADDING[0]);
    let padded_w = reach(1).max(in_w + S::PADDING[1]);
    let mut padded = vec![zero_point; padded_h * padded_w * in_c];
    for y in 0..in_h {
        for x in 0..in_w {
            for c in 0..in_c {
                padded[((y + S::PADDING[0]) * padded_w + x + S::PADDING[1]) * in_c + c] =
                    image[(y * in_w + x) * in_c + c].into();
            }
        }
    }
    let mut results = Vec::new();
    for y in 0..out_h {
        for x in 0..out_w {
            for o in 0..out_c {
                let mut acc = bias[o];
                for ky in 0..S::KERNEL[0] {
                    for kx in 0..S::KERNEL[1] {
                        for i in 0..group_in {
                            let row = y * S::STRIDE[0] + ky * S::DILATION[0];
                            let column = x * S::STRIDE[1] + kx * S::DILATION[1];
                            let pixel =
                                padded[(row * padded_w + column) * in_c + o / group_out * group_in + i];
                            acc += pixel * i32::from(weights[weight(o, ky, kx, i)]);
                        }
                    }
                }
                results.push((o, acc));
            }
        }
    }
    results
}

/// Declares convolution shapes and layers for tests, and checks `run` of the kernel module `$kernel` against
/// [`convolve`] on random images. The result lies behind the image.
macro_rules! convolutions {
    ($kernel:path, |$s:ident, $o:ident, $ky:ident, $kx:ident, $i:ident| $weight:expr;
     $($name:ident { $($constant:ident = $value:expr,)* })*) => {$(
        mod $name {
            use super::*;
            use proptest::prelude::*;
            use tinyml_arith::Clamp;
            use $crate::arena::Arena;
            use $crate::kernels::channelwise::Params;
            use $crate::kernels::convolution::conv2d::{elements, weights};
            use $crate::kernels::test_support::{convolve, noise_i8, noise_i32};
            use $kernel::{Layer, Shape, run};

            struct $s;
            impl Shape for $s { $(shape_constant!($constant = $value);)* }

            const IN: usize = elements($s::INPUT);
            const OUT: usize = elements($s::OUTPUT);
            const CHANNELS: usize = $s::OUTPUT[2];

            struct Tested;
            impl Layer for Tested {
                type Shape = $s;
                const INPUT: usize = 0;
                const OUTPUT: usize = IN;
                const PARAMS: Params = Params {
                    weights: &noise_i8::<{ weights::<$s>() }>(1, -128, 127),
                    bias: &noise_i32::<CHANNELS>(2, -9000, 9000),
                    multipliers: &noise_i32::<CHANNELS>(3, 1 << 30, i32::MAX),
                    shifts: &noise_i8::<CHANNELS>(4, -9, -6),
                    input_zero_point: -11,
                    output_zero_point: 5,
                    clamp: Clamp { min: -120, max: 101 },
                };
            }

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(64))]
                #[test]
                fn equals_the_definition(image in proptest::collection::vec(any::<i8>(), IN)) {
                    let mut arena = Arena::<{ IN + OUT }>::new();
                    arena.get_mut::<i8, 0, IN>().copy_from_slice(&image);
                    run::<Tested, _>(&mut arena);
                    let expected = convolve::<$s>(&image, &Tested::PARAMS, |$o, $ky, $kx, $i| $weight);
                    prop_assert_eq!(arena.get::<i8, IN, OUT>().as_slice(), expected.as_slice());
                    prop_assert_eq!(arena.get::<i8, 0, IN>().as_slice(), image.as_slice(), "the operand changed");
                }
            }
        }
    )*};
}
pub(crate) use convolutions;

/// The results by the definition of a layer whose constants lie in a table of channels; `weight` as for [`convolve`].
pub(crate) fn convolve_scaled<S: Shape>(
    image: &[i8],
    params: &TableParams,
    weight: impl Fn(usize, usize, usize, usize) -> usize,
) -> Vec<i8> {
    let biases: Vec<_> = params.channels.iter().step_by(WORDS).copied().collect();
    sums::<S>(image, params.weights, &biases, params.input_zero_point, weight)
        .into_iter()
        .map(|(channel, acc)| {
            scaled((S::SCALING, S::ROUNDING), params, row_of_table(params, channel, false), acc)
        })
        .collect()
}

/// Bias, multiplier and last word of a channel. `common`: one multiplier is for all channels.
pub(crate) fn row_of_table(params: &TableParams, channel: usize, common: bool) -> [i32; WORDS] {
    match common {
        true => [params.channels[2 + channel], params.channels[0], params.channels[1]],
        false => core::array::from_fn(|word| params.channels[channel * WORDS + word]),
    }
}

/// The result by the definition for an accumulator of a channel of a layer whose constants lie in a table.
pub(crate) fn scaled(
    (scaling, rounding): (Scaling, Rounding),
    params: &TableParams,
    [_, multiplier, last]: [i32; WORDS],
    acc: i32,
) -> i8 {
    let (offset, shift) = (last >> 5, (last & 31) as u32);
    let result = match scaling {
        Scaling::Exact => {
            requantize(acc, Multiplier { multiplier, shift: last }, rounding) + params.output_zero_point
        }
        Scaling::Floor => HighMul::Floor.apply(acc, multiplier, offset, shift),
        Scaling::Double => HighMul::Double.apply(acc, multiplier, offset, shift),
    };
    result.max(params.clamp.min).min(params.clamp.max) as i8
}

/// Declares convolution shapes and layers for tests, and checks `run` of the kernel module `$kernel`, whose `Params` have a table of
/// channels, against [`convolve_scaled`] on random images, some of them extreme, in both directions. `$padded` gives the weights stored
/// per output channel for a number of taps, `$by` how many output channels are filled up to, `$place` the place of a tap's weight (`$taps` is what `$padded` gave).
macro_rules! scaled_convolutions {
    ($kernel:path, |$plain:ident| $padded:expr, by $by:literal; |$channels:ident, $taps:ident, $o:ident, $tap:ident| $place:expr;
     $($name:ident { $($constant:ident = $value:expr,)* })*) => {$(
        mod $name {
            use super::*;
            use proptest::prelude::*;
            use tinyml_arith::Clamp;
            use $crate::arena::Arena;
            use $crate::kernels::convolution::conv2d::elements;
            use $crate::kernels::scaling::Params;
            use $crate::kernels::test_support::{channel_table, convolve_scaled, noise_i8};
            use $kernel::{Layer, Shape, run, scratch};

            struct S;
            impl Shape for S { $(shape_constant!($constant = $value);)* }

            const IN: usize = elements(S::INPUT);
            const OUT: usize = elements(S::OUTPUT);
            const CHANNELS: usize = S::OUTPUT[2];
            const PLAIN: usize = S::KERNEL[0] * S::KERNEL[1] * (S::INPUT[2] / S::GROUPS);
            const PADDED: usize = { let $plain = PLAIN; $padded };
            const OUTPUT: usize = IN.next_multiple_of(4);
            const SCRATCH: usize = (OUTPUT + OUT).next_multiple_of(4);
            const BYTES: usize = SCRATCH + scratch::<S>().next_multiple_of(4);
            const WEIGHTS: usize = PADDED * CHANNELS.next_multiple_of($by);

            const fn place($o: usize, $tap: usize) -> usize {
                let ($channels, $taps) = (CHANNELS, PADDED);
                let _ = ($channels, $taps);
                $place
            }

            const fn packed(low: i8, high: i8) -> [i8; WEIGHTS] {
                let plain = noise_i8::<{ PLAIN * CHANNELS }>(1, low, high);
                let mut packed = [0; WEIGHTS];
                let mut index = 0;
                while index < PLAIN * CHANNELS {
                    packed[place(index / PLAIN, index % PLAIN)] = plain[index];
                    index += 1;
                }
                packed
            }

            const fn params(weights: &'static [i8]) -> Params {
                Params {
                    weights,
                    channels: const { &channel_table::<{ CHANNELS * 3 }>(S::SCALING) },
                    input_zero_point: -11,
                    output_zero_point: 5,
                    clamp: Clamp { min: -120, max: 101 },
                }
            }

            struct Forwards;
            impl Layer for Forwards {
                type Shape = S;
                const INPUT: usize = 0;
                const OUTPUT: usize = OUTPUT;
                const SCRATCH: usize = SCRATCH;
                const PARAMS: Params = params(&packed(-127, 127));
            }

            struct Backwards;
            impl Layer for Backwards {
                type Shape = S;
                const INPUT: usize = 0;
                const OUTPUT: usize = OUTPUT;
                const SCRATCH: usize = SCRATCH;
                const BACKWARD: bool = true;
                const PARAMS: Params = params(&packed(-127, -127));
            }

            fn check<L: Layer<Shape = S>>(image: &[i8]) -> Result<(), TestCaseError> {
                let mut arena = Arena::<BYTES>::new();
                arena.get_mut::<i8, 0, IN>().copy_from_slice(image);
                arena.get_mut::<i8, OUTPUT, { BYTES - OUTPUT }>().fill(0x55);
                run::<L, _>(&mut arena);
                let expected = convolve_scaled::<S>(image, &L::PARAMS, |o, ky, kx, i| {
                    place(o, (ky * S::KERNEL[1] + kx) * (S::INPUT[2] / S::GROUPS) + i)
                });
                prop_assert_eq!(arena.get::<i8, OUTPUT, OUT>().as_slice(), expected.as_slice());
                prop_assert_eq!(arena.get::<i8, 0, IN>().as_slice(), image, "the operand changed");
                Ok(())
            }

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(32))]
                #[test]
                fn equals_the_definition(
                    image in prop_oneof![
                        proptest::collection::vec(any::<i8>(), IN),
                        proptest::collection::vec(prop_oneof![Just(-128i8), Just(127)], IN),
                        Just(std::vec![-128i8; IN]),
                    ],
                ) {
                    check::<Forwards>(&image)?;
                    check::<Backwards>(&image)?;
                }
            }
        }
    )*};
}
pub(crate) use scaled_convolutions;

/// A table of channels with random constants for a form.
pub(crate) const fn channel_table<const WORDS: usize>(scaling: Scaling) -> [i32; WORDS] {
    let biases = noise_i32::<WORDS>(2, -9000, 9000);
    let multipliers = noise_i32::<WORDS>(3, 1 << 30, i32::MAX);
    let shifts = noise_i32::<WORDS>(4, 6, 9);
    let mut table = [0; WORDS];
    let mut word = 0;
    while word < WORDS {
        table[word] = biases[word];
        let zero_point = 5;
        (table[word + 1], table[word + 2]) = match scaling {
            Scaling::Exact => (multipliers[word], -shifts[word]),
            Scaling::Floor => (multipliers[word] >> (shifts[word] - 2), (zero_point << 6) + 1),
            Scaling::Double => {
                let shift = shifts[word];
                (multipliers[word], (((zero_point << shift) + (1 << (shift - 1))) << 5) | shift)
            }
        };
        word += 3;
    }
    table
}

/// The table with the multiplier of its first channel for all.
pub(crate) const fn common_table<const WORDS: usize>(rows: &[i32]) -> [i32; WORDS] {
    let mut table = [0; WORDS];
    (table[0], table[1]) = (rows[1], rows[2]);
    let mut word = 2;
    while word < WORDS {
        table[word] = rows[(word - 2) * 3];
        word += 1;
    }
    table
}

/// One associated constant of a `Shape`, with the type that the trait gives it.
macro_rules! shape_constant {
    (INPUT = $value:expr) => {
        const INPUT: [usize; 3] = $value;
    };
    (OUTPUT = $value:expr) => {
        const OUTPUT: [usize; 3] = $value;
    };
    (KERNEL = $value:expr) => {
        const KERNEL: [usize; 2] = $value;
    };
    (STRIDE = $value:expr) => {
        const STRIDE: [usize; 2] = $value;
    };
    (DILATION = $value:expr) => {
        const DILATION: [usize; 2] = $value;
    };
    (PADDING = $value:expr) => {
        const PADDING: [usize; 2] = $value;
    };
    (GROUPS = $value:expr) => {
        const GROUPS: usize = $value;
    };
    (ROUNDING = $value:expr) => {
        const ROUNDING: tinyml_arith::Rounding = $value;
    };
    (POSITIONS = $value:expr) => {
        const POSITIONS: usize = $value;
    };
    (SCALING = $value:expr) => {
        const SCALING: $crate::kernels::scaling::Scaling = $value;
    };
    (CONSTANTS = $value:expr) => {
        const CONSTANTS: tinyml_arith::helium::Constants = $value;
    };
    (PACKING = $value:expr) => {
        const PACKING: tinyml_arith::matrix::Packing = $value;
    };
    (FINISH = $value:expr) => {
        const FINISH: tinyml_arith::matrix::Finish = $value;
    };
    (CODE = $value:expr) => {
        const CODE: tinyml_arith::matrix::Code = $value;
    };
    (COUNT_PADDING = $value:expr) => {
        const COUNT_PADDING: bool = $value;
    };
    (RESCALE = $value:expr) => {
        const RESCALE: bool = $value;
    };
    (FORM = $value:expr) => {
        const FORM: tinyml_arith::HighMul = $value;
    };
    (SHIFT = $value:expr) => {
        const SHIFT: usize = $value;
    };
    (CLAMPED = $value:expr) => {
        const CLAMPED: bool = $value;
    };
    (CHANNELS = $value:expr) => {
        const CHANNELS: usize = $value;
    };
    (TAPS = $value:expr) => {
        const TAPS: usize = $value;
    };
    (STEP = $value:expr) => {
        const STEP: usize = $value;
    };
    (FIRST = $value:expr) => {
        const FIRST: usize = $value;
    };
    (SHIFTED = $value:expr) => {
        const SHIFTED: bool = $value;
    };
    (WALK = $value:expr) => {
        const WALK: usize = $value;
    };
    (PAIRS = $value:expr) => {
        const PAIRS: usize = $value;
    };
    (BLOCK = $value:expr) => {
        const BLOCK: usize = $value;
    };
}
pub(crate) use shape_constant;

/// Images of random values, of the two ends only, and of one of them.
pub(crate) fn images(length: usize) -> impl Strategy<Value = Vec<i8>> {
    prop_oneof![
        4 => proptest::collection::vec(any::<i8>(), length),
        1 => proptest::collection::vec(prop_oneof![Just(i8::MIN), Just(i8::MAX)], length),
        1 => Just(vec![i8::MIN; length]),
    ]
}

/// The elements in each window of a pooling, by the definition: `visit(channel, elements in the image)` for each result in
/// order.
pub(crate) fn windows<S: crate::kernels::pooling::pool2d::Shape, T: Copy>(
    image: &[T],
    mut visit: impl FnMut(&[T]),
) {
    let [in_h, in_w, channels] = S::INPUT;
    for y in 0..S::OUTPUT[0] {
        for x in 0..S::OUTPUT[1] {
            for c in 0..channels {
                let mut elements = Vec::new();
                for ky in 0..S::KERNEL[0] {
                    for kx in 0..S::KERNEL[1] {
                        let row = (y * S::STRIDE[0] + ky * S::DILATION[0]).checked_sub(S::PADDING[0]);
                        let column = (x * S::STRIDE[1] + kx * S::DILATION[1]).checked_sub(S::PADDING[1]);
                        if let (Some(row), Some(column)) = (row, column)
                            && row < in_h
                            && column < in_w
                        {
                            elements.push(image[(row * in_w + column) * channels + c]);
                        }
                    }
                }
                visit(&elements);
            }
        }
    }
}

/// Declares pooling shapes and layers for tests: checks `run` of the kernel module `$kernel` against `$expected`, which gives
/// the result for a window's elements, on random images of `$element`. The result lies behind the image.
macro_rules! poolings {
    ($kernel:path, $element:ty, $data:expr, |$s:ident, $params:ident, $window:ident| $expected:expr;
     $($name:ident { $($constant:ident = $value:expr,)* } $constants:expr;)*) => {$(
        mod $name {
            use super::*;
            use proptest::prelude::*;
            use $crate::arena::Arena;
            use $crate::kernels::convolution::conv2d::elements;
            use $crate::kernels::test_support::windows;
            use $kernel::{Layer, Params, Shape, run};

            struct $s;
            impl Shape for $s { $(shape_constant!($constant = $value);)* }

            const IN: usize = elements($s::INPUT);
            const OUT: usize = elements($s::OUTPUT);
            const PLACE: usize = IN * size_of::<$element>();

            struct Tested;
            impl Layer for Tested {
                type Shape = $s;
                const INPUT: usize = 0;
                const OUTPUT: usize = PLACE;
                const PARAMS: Params = $constants;
            }

            proptest! {
                #[test]
                fn equals_the_definition(image in proptest::collection::vec($data, IN)) {
                    let mut arena = Arena::<{ (IN + OUT) * size_of::<$element>() }>::new();
                    arena.get_mut::<$element, 0, IN>().copy_from_slice(&image);
                    run::<Tested, _>(&mut arena);
                    let $params = Tested::PARAMS;
                    let mut expected = std::vec::Vec::<$element>::new();
                    windows::<$s, _>(&image, |$window| expected.push($expected));
                    prop_assert_eq!(arena.get::<$element, PLACE, OUT>().as_slice(), expected.as_slice());
                }
            }
        }
    )*};
}
pub(crate) use poolings;
