//! Against the definition: bands and whole images, remainders of channels and columns, extreme values.

extern crate std;

use std::vec::Vec;

use proptest::prelude::*;
use tinyml_arith::Clamp;
use tinyml_arith::three_by_three::PACKED;

use super::{Layer, Params, Shape, TAPS, geometry, own_shifts, run, words};
use crate::arena::Arena;
use crate::kernels::convolution::conv2d::elements;
use crate::kernels::test_support::{images, noise_i8, noise_i32, shape_constant};

/// The results by the definition, tap by tap.
fn expected<S: Shape>(image: &[i8], params: &Params) -> Vec<i8> {
    let ([in_h, in_w, channels], [out_h, out_w, _]) = (S::INPUT, S::OUTPUT);
    let mut results = Vec::new();
    let positions = (0..out_h).flat_map(|y| (0..out_w).map(move |x| (y, x)));
    for (y, x, c) in positions.flat_map(|(y, x)| (0..channels).map(move |c| (y, x, c))) {
        let constants = &params.constants[c * words::<S>()..][..words::<S>()];
        let mut acc = constants[0];
        for (place, tap) in PACKED.into_iter().enumerate() {
            let row = (y * S::STRIDE[0] + tap / 3 * S::DILATION[0]).wrapping_sub(S::PADDING[0]);
            let column = (x * S::STRIDE[1] + tap % 3).wrapping_sub(S::PADDING[1]);
            let pixel = match row < in_h && column < in_w {
                true => image[(row * in_w + column) * channels + c].into(),
                false => params.input_zero_point,
            };
            acc += pixel * i32::from(params.weights[c * TAPS + place]);
        }
        let shift = if own_shifts::<S>() { constants[3] as u32 } else { S::SHIFT as u32 };
        let result = S::FORM.apply(acc, constants[1], constants[2], shift);
        results.push(params.clamp.apply(result) as i8);
    }
    results
}

/// Constants of so many channels, for results all over the range.
const fn constants<const N: usize>(words: usize, shift: usize) -> [i32; N] {
    let (bias, offsets) = (noise_i32::<N>(2, -9000, 9000), noise_i32::<N>(4, -60, 60));
    // Four more bits of product for each bit of shift that follows.
    let own = shift > 31;
    let scale = if own { 1 << 26 } else { 1 << (23 + shift) };
    let factors = noise_i32::<N>(3, scale, scale * 2);
    let shifts = noise_i32::<N>(5, 2, 4);
    let mut constants = [0; N];
    let mut i = 0;
    while i < N {
        constants[i] = match i % words {
            0 => bias[i],
            1 => factors[i],
            2 => offsets[i] << (shift % 32),
            _ => shifts[i],
        };
        i += 1;
    }
    constants
}

macro_rules! layers {
    ($($name:ident { $($constant:ident = $value:expr,)* })*) => {$(
        mod $name {
            use super::*;

            struct S;
            impl Shape for S {
                const KERNEL: [usize; 2] = [3, 3];
                const GROUPS: usize = Self::INPUT[2];
                $(shape_constant!($constant = $value);)*
            }

            const IN: usize = elements(S::INPUT);
            const OUT: usize = elements(S::OUTPUT);
            const CHANNELS: usize = S::OUTPUT[2];
            const SCRATCH: usize = (IN + OUT).next_multiple_of(4);
            const BYTES: usize = SCRATCH + geometry::<S>().scratch_bytes();

            struct Apart;
            impl Layer for Apart {
                type Shape = S;
                const INPUT: usize = 0;
                const OUTPUT: usize = IN;
                const SCRATCH: usize = SCRATCH;
                const PARAMS: Params = Params {
                    weights: &noise_i8::<{ CHANNELS * TAPS }>(1, -128, 127),
                    constants: &constants::<{ CHANNELS * words::<S>() }>(words::<S>(), S::SHIFT),
                    input_zero_point: -11,
                    clamp: if S::CLAMPED { Clamp { min: -100, max: 101 } } else { Clamp::INT8 },
                };
            }

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(40))]
                #[test]
                fn equals_the_definition(image in images(IN)) {
                    let results = expected::<S>(&image, &Apart::PARAMS);
                    let mut arena = Arena::<BYTES>::new();
                    arena.get_mut::<i8, 0, IN>().copy_from_slice(&image);
                    run::<Apart, _>(&mut arena);
                    prop_assert_eq!(arena.get::<i8, IN, OUT>().as_slice(), results.as_slice());
                    prop_assert_eq!(arena.get::<i8, 0, IN>().as_slice(), image.as_slice(), "the operand changed");
                }
            }
        }
    )*};
}

layers! {
    spotter_band { INPUT = [3, 5, 8], OUTPUT = [1, 5, 8], PADDING = [0, 1], }
    two_rows { INPUT = [4, 5, 8], OUTPUT = [2, 5, 8], PADDING = [0, 1], }
    whole { INPUT = [6, 5, 8], OUTPUT = [6, 5, 8], PADDING = [1, 1], }
    remainder_of_channels { INPUT = [3, 5, 7], OUTPUT = [1, 5, 7], PADDING = [0, 1], SHIFT = 2, }
    one_column { INPUT = [3, 1, 4], OUTPUT = [1, 1, 4], PADDING = [0, 1], }
    two_columns { INPUT = [3, 4, 4], OUTPUT = [1, 2, 4], }
    three_columns { INPUT = [3, 3, 5], OUTPUT = [1, 3, 5], PADDING = [0, 1], }
    four_columns { INPUT = [3, 4, 4], OUTPUT = [1, 4, 4], PADDING = [0, 1], }
    six_columns { INPUT = [3, 6, 4], OUTPUT = [1, 6, 4], PADDING = [0, 1], }
    seven_columns { INPUT = [3, 9, 4], OUTPUT = [1, 7, 4], }
    ten_columns { INPUT = [5, 10, 4], OUTPUT = [5, 10, 4], PADDING = [1, 1], }
    tiles { INPUT = [3, 24, 4], OUTPUT = [1, 24, 4], PADDING = [0, 1], }
    remainder_of_columns { INPUT = [4, 13, 6], OUTPUT = [2, 13, 6], PADDING = [0, 1], }
    halved { INPUT = [3, 10, 6], OUTPUT = [1, 5, 6], STRIDE = [2, 2], }
    halved_padded { INPUT = [7, 9, 5], OUTPUT = [4, 5, 5], STRIDE = [2, 2], PADDING = [1, 1], }
    halved_tiles { INPUT = [3, 24, 4], OUTPUT = [1, 12, 4], STRIDE = [2, 2], }
    halved_along { INPUT = [3, 19, 4], OUTPUT = [1, 10, 4], STRIDE = [1, 2], PADDING = [0, 1], }
    third_rows { INPUT = [11, 5, 4], OUTPUT = [4, 5, 4], STRIDE = [3, 1], PADDING = [1, 1], }
    dilated_down { INPUT = [9, 5, 4], OUTPUT = [9, 5, 4], DILATION = [3, 1], PADDING = [3, 1], }
    own_shift { INPUT = [4, 5, 5], OUTPUT = [4, 5, 5], PADDING = [1, 1], SHIFT = 32, }
    double { INPUT = [4, 5, 5], OUTPUT = [4, 5, 5], PADDING = [1, 1], SHIFT = 3, FORM = tinyml_arith::HighMul::Double, }
    clamped { INPUT = [4, 5, 4], OUTPUT = [4, 5, 4], PADDING = [1, 1], CLAMPED = true, }
    padding_beyond_kernel { INPUT = [3, 3, 4], OUTPUT = [8, 9, 4], PADDING = [4, 4], }
    padding_beyond_image { INPUT = [2, 1, 4], OUTPUT = [1, 1, 4], PADDING = [3, 3], }
}
