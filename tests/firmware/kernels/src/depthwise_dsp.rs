//! Depthwise convolution by the DSP instructions.
//!
//! Two shapes of three have the 3×3 kernel with a form of its own. Where the shape allows it, every other layer lies over its
//! operand.

use tinyml::__private as rt;
use tinyml::__private::{Arena, Clamp, HighMul};
use tinyml_arith::line_walk::LineWalk;

use crate::noise::{WEIGHTS, holds, number, operand, within};

/// Bytes of a guard zone.
const GUARD: usize = 32;
/// Bytes of the arena.
const BYTES: usize = 16384;
/// Bytes of the largest operand.
const OPERAND: usize = 4096;
/// Channels of the largest result.
const CHANNELS: usize = 22;
const ZERO_POINT: i32 = -11;
const INPUT: usize = GUARD;

/// The shape with this number.
const fn random(name: usize) -> LineWalk {
    let channels = within(name, 1, 4, 11);
    let copies = if name % 7 == 3 { 2 } else { 1 };
    let mut shape = LineWalk {
        input: [0, 0, channels],
        output: [0, 0, channels * copies],
        kernel: [3; 2],
        stride: [1; 2],
        dilation: [1; 2],
        padding: [0; 2],
        walk: within(name, 2, 0, 1),
        pairs: 1,
        block: if name % 4 < 2 { 4 } else { 2 },
    };
    let mut axis = 0;
    while axis < 2 {
        let salt = 10 * (axis + 1);
        let size = within(name, salt, 1, 14);
        shape.input[axis] = size;
        shape.stride[axis] = within(name, salt + 2, 1, 2);
        if name % 3 == 0 {
            shape.kernel[axis] = within(name, salt + 1, 1, 5);
            shape.stride[axis] = within(name, salt + 2, 1, 3);
            shape.dilation[axis] = within(name, salt + 3, 1, 2);
        }
        let reach = shape.reach(axis) + 1;
        // At least so much that one window fits.
        let least = if reach > size { (reach - size).div_ceil(2) } else { 0 };
        shape.padding[axis] = least + within(name, salt + 4, 0, 1);
        shape.output[axis] = (size + 2 * shape.padding[axis] - reach) / shape.stride[axis] + 1;
        axis += 1;
    }
    let (least, all) = (shape.min_pairs(), shape.all_pairs());
    shape.pairs = within(name, 5, least, if least + 3 < all { least + 3 } else { all });
    shape
}

/// Form, shift (beyond 31: one for each channel) and whether results are clamped further.
const fn form(name: usize) -> (HighMul, usize, bool) {
    match name % 5 {
        0 => (HighMul::Double, 3, true),
        1 => (HighMul::Floor, 0, false),
        2 => (HighMul::Floor, 3, false),
        3 => (HighMul::Floor, if name.is_multiple_of(3) { 32 } else { 1 }, false),
        _ => (HighMul::Floor, 0, name % 2 == 1),
    }
}

/// The shift of every channel that has one of its own.
const OWN_SHIFT: i8 = 2;

const fn clamp(name: usize) -> Clamp {
    if form(name).2 { Clamp { min: -100, max: 101 } } else { Clamp::INT8 }
}

const fn bytes(extents: [usize; 3]) -> usize {
    extents[0] * extents[1] * extents[2]
}

const fn output(name: usize) -> usize {
    let over = random(name).in_place() && name.is_multiple_of(2);
    if over { INPUT } else { INPUT + bytes(random(name).input) + GUARD }
}

const fn scratch(name: usize) -> usize {
    let ends = [INPUT + bytes(random(name).input), output(name) + bytes(random(name).output)];
    let end = if ends[0] > ends[1] { ends[0] } else { ends[1] };
    (end + GUARD).next_multiple_of(4)
}

const fn noise(salt: usize, low: i32, high: i32) -> [i32; CHANNELS] {
    let mut values = [0; CHANNELS];
    let mut i = 0;
    while i < CHANNELS {
        values[i] = low + (number(i, salt) % (high - low + 1) as u32) as i32;
        i += 1;
    }
    values
}

static BIAS: [i32; CHANNELS] = noise(7, -9000, 9000);
static MULTIPLIERS: [i32; CHANNELS] = noise(8, 1 << 23, 1 << 24);
static OFFSETS: [i32; CHANNELS] = noise(9, -60, 60);
static SHIFTS: [i8; CHANNELS] = [OWN_SHIFT; CHANNELS];

struct S<const NAME: usize>;
struct Tested<const NAME: usize>;

impl<const NAME: usize> rt::depthwise_dsp_s8::Shape for S<NAME> {
    const INPUT: [usize; 3] = random(NAME).input;
    const OUTPUT: [usize; 3] = random(NAME).output;
    const KERNEL: [usize; 2] = random(NAME).kernel;
    const STRIDE: [usize; 2] = random(NAME).stride;
    const DILATION: [usize; 2] = random(NAME).dilation;
    const PADDING: [usize; 2] = random(NAME).padding;
    const GROUPS: usize = random(NAME).input[2];
    const WALK: usize = random(NAME).walk;
    const PAIRS: usize = random(NAME).pairs;
    const BLOCK: usize = random(NAME).block;
    const FORM: HighMul = form(NAME).0;
    const SHIFT: usize = form(NAME).1;
    const CLAMPED: bool = form(NAME).2;
}

impl<const NAME: usize> rt::depthwise_dsp_s8::Layer for Tested<NAME> {
    type Shape = S<NAME>;
    const INPUT: usize = INPUT;
    const OUTPUT: usize = output(NAME);
    const SCRATCH: usize = scratch(NAME);
    const PARAMS: rt::depthwise_dsp_s8::Params = {
        let shape = random(NAME);
        let channels = shape.output[2];
        rt::depthwise_dsp_s8::Params {
            weights: WEIGHTS.split_at(channels * shape.kernel[0] * shape.kernel[1]).0,
            bias: BIAS.split_at(channels).0,
            multipliers: MULTIPLIERS.split_at(channels).0,
            offsets: OFFSETS.split_at(channels).0,
            shifts: SHIFTS.split_at(if form(NAME).1 > 31 { channels } else { 0 }).0,
            input_zero_point: ZERO_POINT,
            clamp: clamp(NAME),
        }
    };
}

/// A result by the definition.
fn expected(name: usize, image: &[u8], [y, x, channel]: [usize; 3]) -> i32 {
    let shape = random(name);
    let [k_h, k_w] = shape.kernel;
    let mut acc = BIAS[channel];
    for (ky, kx) in (0..k_h).flat_map(|ky| (0..k_w).map(move |kx| (ky, kx))) {
        let row = (y * shape.stride[0] + ky * shape.dilation[0]).wrapping_sub(shape.padding[0]);
        let column = (x * shape.stride[1] + kx * shape.dilation[1]).wrapping_sub(shape.padding[1]);
        let pixel = if row < shape.input[0] && column < shape.input[1] {
            let source = channel / (shape.output[2] / shape.input[2]);
            i32::from(image[(row * shape.input[1] + column) * shape.input[2] + source] as i8)
        } else {
            ZERO_POINT
        };
        // Taps across the lines are neighbours.
        let tap = if shape.walk == 0 { ky * k_w + kx } else { kx * k_h + ky };
        acc += pixel * i32::from(WEIGHTS[channel * k_h * k_w + tap]);
    }
    let (form, shift, _) = form(name);
    let shift = if shift > 31 { OWN_SHIFT as u32 } else { shift as u32 };
    clamp(name).apply(form.apply(acc, MULTIPLIERS[channel], OFFSETS[channel], shift))
}

/// Runs a layer and compares its results.
fn check(name: usize, run: fn(&mut Arena<BYTES>)) {
    static mut ARENA: Arena<BYTES> = Arena::new();
    static mut IMAGE: [u8; OPERAND] = [0; OPERAND];
    // SAFETY: one program of one thread; the only references.
    let (arena, image) = unsafe { (&mut *(&raw mut ARENA), &mut *(&raw mut IMAGE)) };
    let shape = random(name);
    let (output, scratch) = (output(name), scratch(name));
    let [height, width, channels] = shape.output;
    let image = &mut image[..bytes(shape.input)];
    for round in 0..5 {
        operand(image, round);
        for pattern in [0x5a, 0xa5] {
            let all = arena.get_mut::<u8, 0, BYTES>();
            all.fill(pattern);
            all[INPUT..][..image.len()].copy_from_slice(image);
            run(arena);

            let all = arena.get::<u8, 0, BYTES>();
            let guarded = |from: usize, to: usize| holds(&all[from..to], pattern);
            let (input_end, output_end) = (INPUT + image.len(), output + bytes(shape.output));
            assert!(guarded(0, INPUT), "shape {name}: wrote before the operand");
            if output != INPUT {
                assert!(guarded(input_end, output), "shape {name}: wrote before the result");
                assert!(all[INPUT..input_end] == *image, "shape {name}: the operand changed");
            }
            assert!(guarded(input_end.max(output_end), scratch), "shape {name}: wrote behind the result");
            assert!(
                guarded(scratch + shape.scratch_bytes(), BYTES),
                "shape {name}: wrote behind the scratch"
            );
            for place in 0..bytes(shape.output) {
                let at = [place / channels / width, place / channels % width, place % channels];
                let (result, expected) = (i32::from(all[output + place] as i8), expected(name, image, at));
                assert!(result == expected, "shape {name} at {at:?} of {height}: {result}, not {expected}");
            }
        }
    }
}

/// Some shapes by their numbers.
macro_rules! shapes {
    ($($name:literal)*) => {$(
        check($name, rt::depthwise_dsp_s8::run::<Tested<$name>, _>);
    )*};
}

/// All shapes.
pub(crate) fn all() {
    shapes!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
}
