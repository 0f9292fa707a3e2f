//! Convolutions.

use tinyml::__private as rt;
use tinyml::__private::{Arena, Clamp, Scaling};

use crate::noise::{WEIGHTS, holds, operand, within};
use crate::scaling::{accumulator_bits, form, multiplier_bits, scaled, table};

/// The shape with this number.
#[derive(Clone, Copy)]
struct Random {
    input: [usize; 3],
    output: [usize; 3],
    kernel: [usize; 2],
    stride: [usize; 2],
    dilation: [usize; 2],
    padding: [usize; 2],
    groups: usize,
}

const fn random(name: usize, depthwise: bool) -> Random {
    let channels = within(name, 1, 1, 9);
    let pointwise = name % 3 == 0 && !depthwise;
    let mut shape = Random {
        input: [0, 0, channels],
        output: [0, 0, if depthwise { channels } else { within(name, 2, 1, 19) }],
        kernel: [1; 2],
        stride: [1; 2],
        dilation: [1; 2],
        padding: [0; 2],
        groups: if depthwise { channels } else { 1 },
    };
    let mut axis = 0;
    while axis < 2 {
        let salt = 10 * (axis + 1);
        let size = within(name, salt, 1, 9);
        shape.input[axis] = size;
        if !pointwise {
            shape.kernel[axis] = within(name, salt + 1, 1, 4);
            shape.stride[axis] = within(name, salt + 2, 1, 3);
            shape.dilation[axis] = within(name, salt + 3, 1, 2);
        }
        let reach = (shape.kernel[axis] - 1) * shape.dilation[axis] + 1;
        // At least so much that one window fits.
        let least = if reach > size { (reach - size).div_ceil(2) } else { 0 };
        shape.padding[axis] = if pointwise { 0 } else { least + within(name, salt + 4, 0, 1) };
        shape.output[axis] = (size + 2 * shape.padding[axis] - reach) / shape.stride[axis] + 1;
        axis += 1;
    }
    shape
}

/// Bytes of a guard zone.
const GUARD: usize = 32;
/// Bytes of the arena.
const BYTES: usize = 8192;
const CLAMP: Clamp = Clamp { min: -120, max: 101 };
const ZERO_POINT: i32 = -11;

const INPUT: usize = GUARD;

const fn bytes(extents: [usize; 3]) -> usize {
    extents[0] * extents[1] * extents[2]
}

const fn output(shape: Random) -> usize {
    (INPUT + bytes(shape.input) + GUARD).next_multiple_of(4)
}

const fn scratch(shape: Random) -> usize {
    (output(shape) + bytes(shape.output) + GUARD).next_multiple_of(4)
}

/// Runs a layer and compares its results. `weight` gives the place of a weight: output channel, tap, number of taps.
fn check(
    name: usize,
    shape: Random,
    scratch_bytes: usize,
    run: fn(&mut Arena<BYTES>),
    weight: fn(Random, usize, usize, usize) -> usize,
) {
    static mut ARENA: Arena<BYTES> = Arena::new();
    // SAFETY: one program of one thread; the only reference.
    let arena = unsafe { &mut *(&raw mut ARENA) };
    let (input, output, scratch) = (INPUT, output(shape), scratch(shape));
    for round in 0..5 {
        for pattern in [0x5a, 0xa5] {
            let all = arena.get_mut::<u8, 0, BYTES>();
            all.fill(pattern);
            operand(&mut all[input..][..bytes(shape.input)], round);
            run(arena);
            let all = arena.get::<u8, 0, BYTES>();
            let guarded = |from: usize, to: usize| holds(&all[from..to], pattern);
            assert!(guarded(0, input), "shape {name}: wrote before the operand");
            assert!(guarded(input + bytes(shape.input), output), "shape {name}: wrote before the result");
            assert!(guarded(output + bytes(shape.output), scratch), "shape {name}: wrote behind the result");
            assert!(guarded(scratch + scratch_bytes, BYTES), "shape {name}: wrote behind the scratch");
            compare(name, shape, all, weight);
        }
    }
}

fn compare(name: usize, shape: Random, all: &[u8; BYTES], weight: fn(Random, usize, usize, usize) -> usize) {
    let [height, width, channels] = shape.output;
    let output = output(shape);
    for y in 0..height {
        for x in 0..width {
            for channel in 0..channels {
                let sum = products(shape, &all[INPUT..], [y, x, channel], weight);
                let expected = scaled(form(name), channel, sum).max(CLAMP.min).min(CLAMP.max);
                let result = i32::from(all[output + (y * width + x) * channels + channel] as i8);
                assert!(result == expected, "shape {name} at {y}, {x}, {channel}: {result}, not {expected}");
            }
        }
    }
}

fn products(
    shape: Random,
    image: &[u8],
    [y, x, channel]: [usize; 3],
    weight: fn(Random, usize, usize, usize) -> usize,
) -> i32 {
    let [in_h, in_w, in_c] = shape.input;
    let in_group = in_c / shape.groups;
    let group = channel / (shape.output[2] / shape.groups);
    let taps = shape.kernel[0] * shape.kernel[1] * in_group;
    let mut sum = 0;
    for tap in 0..taps {
        let (place, c) = (tap / in_group, tap % in_group);
        let (ky, kx) = (place / shape.kernel[1], place % shape.kernel[1]);
        let row = (y * shape.stride[0] + ky * shape.dilation[0]).wrapping_sub(shape.padding[0]);
        let column = (x * shape.stride[1] + kx * shape.dilation[1]).wrapping_sub(shape.padding[1]);
        let pixel = if row < in_h && column < in_w {
            i32::from(image[(row * in_w + column) * in_c + group * in_group + c] as i8)
        } else {
            ZERO_POINT
        };
        sum += pixel * i32::from(WEIGHTS[weight(shape, channel, tap, taps)]);
    }
    sum
}

/// The first weights of all.
const fn some_weights(count: usize) -> &'static [i8] {
    WEIGHTS.split_at(count).0
}

/// A module for a kernel: whether it is depthwise, the number of weights of a shape, the place of one of them, the bytes of scratch.
macro_rules! kernel {
    ($module:ident, $depthwise:literal, |$shape:ident, $taps:ident| $weights:expr, |$s:ident, $o:ident, $tap:ident, $t:ident| $place:expr,
     |$x:ident, $xt:ident| $scratch:expr) => {
        mod $module {
            use super::*;

            struct S<const NAME: usize>;
            struct Forwards<const NAME: usize>;
            struct Backwards<const NAME: usize>;

            const fn taps(shape: Random) -> usize {
                shape.kernel[0] * shape.kernel[1] * (shape.input[2] / shape.groups)
            }

            const fn weights($shape: Random) -> usize {
                let $taps = taps($shape);
                $weights
            }

            const fn scratch_bytes($x: Random) -> usize {
                let $xt = taps($x);
                $scratch
            }

            fn place($s: Random, $o: usize, $tap: usize, $t: usize) -> usize {
                let _ = ($s.groups, $t);
                $place
            }

            impl<const NAME: usize> rt::$module::Shape for S<NAME> {
                const INPUT: [usize; 3] = random(NAME, $depthwise).input;
                const OUTPUT: [usize; 3] = random(NAME, $depthwise).output;
                const KERNEL: [usize; 2] = random(NAME, $depthwise).kernel;
                const STRIDE: [usize; 2] = random(NAME, $depthwise).stride;
                const DILATION: [usize; 2] = random(NAME, $depthwise).dilation;
                const PADDING: [usize; 2] = random(NAME, $depthwise).padding;
                const GROUPS: usize = random(NAME, $depthwise).groups;
                const POSITIONS: usize = positions(NAME);
                const SCALING: Scaling = form(NAME);
                const ACCUMULATOR_BITS: usize = accumulator_bits(taps(random(NAME, $depthwise)));
                const MULTIPLIER_BITS: usize = multiplier_bits(form(NAME));
            }

            const fn params(name: usize) -> rt::$module::Params {
                let shape = random(name, $depthwise);
                rt::$module::Params {
                    weights: some_weights(weights(shape)),
                    channels: table(form(name)).split_at(shape.output[2] * 3).0,
                    input_zero_point: ZERO_POINT,
                    output_zero_point: 5,
                    clamp: CLAMP,
                }
            }

            impl<const NAME: usize> rt::$module::Layer for Forwards<NAME> {
                type Shape = S<NAME>;
                const INPUT: usize = INPUT;
                const OUTPUT: usize = output(random(NAME, $depthwise));
                const SCRATCH: usize = scratch(random(NAME, $depthwise));
                const PARAMS: rt::$module::Params = params(NAME);
            }

            impl<const NAME: usize> rt::$module::Layer for Backwards<NAME> {
                type Shape = S<NAME>;
                const INPUT: usize = INPUT;
                const OUTPUT: usize = output(random(NAME, $depthwise));
                const SCRATCH: usize = scratch(random(NAME, $depthwise));
                const BACKWARD: bool = true;
                const PARAMS: rt::$module::Params = params(NAME);
            }

            fn one<const NAME: usize>() {
                let shape = random(NAME, $depthwise);
                let bytes = scratch_bytes(Random { groups: shape.groups, ..shape });
                let bytes = if $depthwise { bytes + ring(NAME, shape) } else { bytes };
                check(NAME, shape, bytes, rt::$module::run::<Forwards<NAME>, _>, place);
                check(NAME, shape, bytes, rt::$module::run::<Backwards<NAME>, _>, place);
            }

            pub(super) fn all() {
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
                one::<12>();
                one::<13>();
                one::<14>();
                one::<15>();
                one::<16>();
                one::<17>();
            }
        }
    };
}

/// Neighbouring positions of the depthwise kernel.
const fn positions(name: usize) -> usize {
    1 + name % 5
}

/// Bytes of scratch of the depthwise kernel.
fn ring(name: usize, shape: Random) -> usize {
    let reach = |axis: usize| (shape.kernel[axis] - 1) * shape.dilation[axis] + 1;
    let pixels = (shape.output[1].next_multiple_of(positions(name)) - 1) * shape.stride[1] + reach(1);
    let channels = shape.output[2];
    reach(0) * (pixels * channels).next_multiple_of(4) + channels.min(16) * positions(name) * 4
}

kernel!(
    conv2d_pairs_s8,
    false,
    |shape, taps| shape.output[2] * taps.next_multiple_of(4),
    |_s, channel, tap, taps| channel * taps.next_multiple_of(4) + tap,
    |shape, taps| {
        let group = if shape.output[2] < 16 { shape.output[2] } else { 16 };
        (taps.next_multiple_of(4) * 2 + group * 4) * 4 + shape.input[2]
    }
);
kernel!(
    conv2d_blocks_s8,
    false,
    |shape, taps| shape.output[2].next_multiple_of(4) * taps,
    |_s, channel, tap, taps| (channel / 4 * taps + tap) * 4 + channel % 4,
    |_shape, taps| taps * 4
);
kernel!(
    depthwise_rows_s8,
    true,
    |shape, taps| shape.output[2] * taps,
    |shape, channel, tap, _taps| tap * shape.output[2] + channel,
    |_shape, _taps| 0
);

/// All kernels.
pub(crate) fn all() {
    conv2d_pairs_s8::all();
    conv2d_blocks_s8::all();
    depthwise_rows_s8::all();
}
