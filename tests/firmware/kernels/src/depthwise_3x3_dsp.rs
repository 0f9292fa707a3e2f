//! Depthwise convolution with a 3×3 kernel by the DSP instructions, row by row.
//!
//! Most shapes are bands of one or two rows; two of three have the form in machine code. Every other layer lies over its operand as far as
//! the kernel allows.

use tinyml::__private as rt;
use tinyml::__private::{Arena, Clamp, HighMul};
use tinyml_arith::three_by_three::{PACKED, ThreeByThree};

use crate::noise::{WEIGHTS, holds, number, operand, within};

/// Bytes of a guard zone.
const GUARD: usize = 32;
/// Bytes of the arena.
const BYTES: usize = 16384;
/// Bytes of the largest operand.
const OPERAND: usize = 4096;
/// Words of constants of the layer with the most channels.
const CONSTANTS: usize = 4 * 12;
const ZERO_POINT: i32 = -11;

/// The shape with this number.
const fn random(name: usize) -> ThreeByThree {
    let channels = within(name, 1, 4, 12);
    let (rows, width) =
        (if name % 4 == 3 { within(name, 2, 3, 6) } else { within(name, 2, 1, 2) }, within(name, 3, 1, 14));
    let mut shape = ThreeByThree {
        input: [0, 0, channels],
        output: [rows, width, channels],
        stride: [within(name, 4, 1, 2), within(name, 5, 1, 2)],
        dilation: [if name % 5 == 4 { 2 } else { 1 }, 1],
        padding: [if name % 4 == 3 { within(name, 6, 0, 2) } else { 0 }, within(name, 7, 0, 1)],
    };
    // As much of the image as the windows read, or less at its end.
    let mut axis = 0;
    while axis < 2 {
        let reach = (shape.output[axis] - 1) * shape.stride[axis] + 2 * shape.dilation[axis] + 1
            - shape.padding[axis];
        let missing = if axis == 1 || name % 4 == 3 { within(name, 8 + axis, 0, 1) } else { 0 };
        shape.input[axis] = if reach > missing + 1 { reach - missing } else { 1 };
        axis += 1;
    }
    shape
}

/// Form, shift (beyond 31: one for each channel) and whether results are clamped further.
const fn form(name: usize) -> (HighMul, usize, bool) {
    match name % 9 {
        0 => (HighMul::Double, 3, true),
        3 => (HighMul::Floor, 32, false),
        6 => (HighMul::Floor, 0, true),
        1 | 4 => (HighMul::Floor, 0, false),
        _ => (HighMul::Floor, 3, false),
    }
}

/// The shift of every channel that has one of its own.
const OWN_SHIFT: i32 = 2;

const fn words(name: usize) -> usize {
    if form(name).1 > 31 { 4 } else { 3 }
}

const fn clamp(name: usize) -> Clamp {
    if form(name).2 { Clamp { min: -100, max: 101 } } else { Clamp::INT8 }
}

const fn bytes(extents: [usize; 3]) -> usize {
    extents[0] * extents[1] * extents[2]
}

/// How far behind the result the operand begins.
const fn gap(name: usize) -> usize {
    match random(name).gaps().forward {
        Some(gap) if gap > 0 => gap as usize,
        _ => 0,
    }
}

const fn is_over(name: usize) -> bool {
    name.is_multiple_of(2)
}

const fn input(name: usize) -> usize {
    if is_over(name) { GUARD + gap(name) } else { GUARD }
}

const fn output(name: usize) -> usize {
    if is_over(name) { GUARD } else { GUARD + bytes(random(name).input) + GUARD }
}

const fn scratch(name: usize) -> usize {
    let ends = [input(name) + bytes(random(name).input), output(name) + bytes(random(name).output)];
    let end = if ends[0] > ends[1] { ends[0] } else { ends[1] };
    (end + GUARD).next_multiple_of(4)
}

/// The constants of layers with so many words for each channel.
const fn constants(words: usize) -> [i32; CONSTANTS] {
    let mut values = [0; CONSTANTS];
    let mut i = 0;
    while i < CONSTANTS {
        let random = number(i, 7 + words);
        values[i] = match i % words {
            0 => (random % 18001) as i32 - 9000,
            1 => (1 << 23) + (random >> 9) as i32,
            2 => (random % 121) as i32 - 60,
            _ => OWN_SHIFT,
        };
        i += 1;
    }
    values
}

static OF_THREE: [i32; CONSTANTS] = constants(3);
static OF_FOUR: [i32; CONSTANTS] = constants(4);

const fn table(name: usize) -> &'static [i32] {
    let words = words(name);
    let all = if words == 3 { &OF_THREE } else { &OF_FOUR };
    all.split_at(random(name).output[2] * words).0
}

struct S<const NAME: usize>;
struct Tested<const NAME: usize>;

impl<const NAME: usize> rt::depthwise_3x3_dsp_s8::Shape for S<NAME> {
    const INPUT: [usize; 3] = random(NAME).input;
    const OUTPUT: [usize; 3] = random(NAME).output;
    const KERNEL: [usize; 2] = [3, 3];
    const STRIDE: [usize; 2] = random(NAME).stride;
    const DILATION: [usize; 2] = random(NAME).dilation;
    const PADDING: [usize; 2] = random(NAME).padding;
    const GROUPS: usize = random(NAME).input[2];
    const FORM: HighMul = form(NAME).0;
    const SHIFT: usize = form(NAME).1;
    const CLAMPED: bool = form(NAME).2;
}

impl<const NAME: usize> rt::depthwise_3x3_dsp_s8::Layer for Tested<NAME> {
    type Shape = S<NAME>;
    const INPUT: usize = input(NAME);
    const OUTPUT: usize = output(NAME);
    const SCRATCH: usize = scratch(NAME);
    const PARAMS: rt::depthwise_3x3_dsp_s8::Params = rt::depthwise_3x3_dsp_s8::Params {
        weights: WEIGHTS.split_at(random(NAME).output[2] * PACKED.len()).0,
        constants: table(NAME),
        input_zero_point: ZERO_POINT,
        clamp: clamp(NAME),
    };
}

/// A result by the definition.
fn expected(name: usize, image: &[u8], [y, x, channel]: [usize; 3]) -> i32 {
    let shape = random(name);
    let [height, width, channels] = shape.input;
    let constants = &table(name)[channel * words(name)..];
    let mut acc = constants[0];
    for (place, tap) in PACKED.into_iter().enumerate() {
        let row = (y * shape.stride[0] + tap / 3 * shape.dilation[0]).wrapping_sub(shape.padding[0]);
        let column = (x * shape.stride[1] + tap % 3).wrapping_sub(shape.padding[1]);
        let pixel = match row < height && column < width {
            true => i32::from(image[(row * width + column) * channels + channel] as i8),
            false => ZERO_POINT,
        };
        acc += pixel * i32::from(WEIGHTS[channel * PACKED.len() + place]);
    }
    let (form, shift, _) = form(name);
    let shift = if shift > 31 { OWN_SHIFT as u32 } else { shift as u32 };
    clamp(name).apply(form.apply(acc, constants[1], constants[2], shift))
}

/// Runs a layer and compares its results.
fn check(name: usize, run: fn(&mut Arena<BYTES>)) {
    static mut ARENA: Arena<BYTES> = Arena::new();
    static mut IMAGE: [u8; OPERAND] = [0; OPERAND];
    // SAFETY: one program of one thread; the only references.
    let (arena, image) = unsafe { (&mut *(&raw mut ARENA), &mut *(&raw mut IMAGE)) };
    let shape = random(name);
    let (input, output, scratch) = (input(name), output(name), scratch(name));
    let [height, width, channels] = shape.output;
    let image = &mut image[..bytes(shape.input)];
    for round in 0..5 {
        operand(image, round);
        for pattern in [0x5a, 0xa5] {
            let all = arena.get_mut::<u8, 0, BYTES>();
            all.fill(pattern);
            all[input..][..image.len()].copy_from_slice(image);
            run(arena);

            let all = arena.get::<u8, 0, BYTES>();
            let guarded = |from: usize, to: usize| from >= to || holds(&all[from..to], pattern);
            let (input_end, output_end) = (input + image.len(), output + bytes(shape.output));
            assert!(guarded(0, GUARD), "shape {name}: wrote before the buffers");
            if is_over(name) {
                assert!(guarded(output_end, input), "shape {name}: wrote between result and operand");
                let rest = output_end.clamp(input, input_end) - input;
                assert!(all[input + rest..input_end] == image[rest..], "shape {name}: the operand changed");
            } else {
                assert!(guarded(input_end, output), "shape {name}: wrote before the result");
                assert!(all[input..input_end] == *image, "shape {name}: the operand changed");
            }
            assert!(guarded(input_end.max(output_end), scratch), "shape {name}: wrote behind the buffers");
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
        check($name, rt::depthwise_3x3_dsp_s8::run::<Tested<$name>, _>);
    )*};
}

/// All shapes.
pub(crate) fn all() {
    shapes!(0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31 32 33 34 35 36 37 38 39);
}
