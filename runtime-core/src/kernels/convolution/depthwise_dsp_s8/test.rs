//! Against the definition: windows of every size, both walks, apart and in place, extreme values.

extern crate std;

use std::vec::Vec;

use proptest::prelude::*;
use tinyml_arith::Clamp;

use super::{Layer, Params, Plain, Shape, own_shifts, run, walk};
use crate::arena::Arena;
use crate::kernels::convolution::conv2d::{elements, weights};
use crate::kernels::test_support::{images, noise_i8, noise_i32, shape_constant};

/// The results by the definition, tap by tap.
fn expected<S: Shape>(image: &[i8], params: &Params) -> Vec<i8> {
    let ([in_h, in_w, in_c], [out_h, out_w, out_c]) = (S::INPUT, S::OUTPUT);
    let [k_h, k_w] = S::KERNEL;
    let mut results = Vec::new();
    for (y, x, c) in (0..out_h).flat_map(|y| (0..out_w).flat_map(move |x| (0..out_c).map(move |c| (y, x, c))))
    {
        let mut acc = params.bias[c];
        for (ky, kx) in (0..k_h).flat_map(|ky| (0..k_w).map(move |kx| (ky, kx))) {
            let row = (y * S::STRIDE[0] + ky * S::DILATION[0]).wrapping_sub(S::PADDING[0]);
            let column = (x * S::STRIDE[1] + kx * S::DILATION[1]).wrapping_sub(S::PADDING[1]);
            let pixel = match row < in_h && column < in_w {
                true => image[(row * in_w + column) * in_c + c / (out_c / in_c)].into(),
                false => params.input_zero_point,
            };
            let (along, across, k_across) = if S::WALK == 0 { (ky, kx, k_w) } else { (kx, ky, k_h) };
            acc += pixel * i32::from(params.weights[c * k_h * k_w + along * k_across + across]);
        }
        let shift = if own_shifts::<S>() { params.shifts[c] as u32 } else { S::SHIFT as u32 };
        let result = S::FORM.apply(acc, params.multipliers[c], params.offsets[c], shift);
        results.push(params.clamp.apply(result) as i8);
    }
    results
}

macro_rules! layers {
    ($($name:ident { $($constant:ident = $value:expr,)* })*) => {$(
        mod $name {
            use super::*;

            struct S;
            impl Shape for S { $(shape_constant!($constant = $value);)* }

            const IN: usize = elements(S::INPUT);
            const OUT: usize = elements(S::OUTPUT);
            const CHANNELS: usize = S::OUTPUT[2];
            const SCRATCH: usize = walk::<S>().scratch_bytes();
            const APART: usize = (IN + OUT).next_multiple_of(4);
            const IN_PLACE: bool = walk::<S>().in_place();
            const SHIFTS: usize = if own_shifts::<S>() { CHANNELS } else { 0 };
            // Four more bits of product for each bit of shift that follows.
            const SCALE: i32 = if own_shifts::<S>() { 1 << 26 } else { 1 << (23 + S::SHIFT) };

            struct Apart;
            impl Layer for Apart {
                type Shape = S;
                const INPUT: usize = 0;
                const OUTPUT: usize = IN;
                const SCRATCH: usize = APART;
                const PARAMS: Params = Params {
                    weights: &noise_i8::<{ weights::<Plain<S>>() }>(1, -128, 127),
                    bias: &noise_i32::<CHANNELS>(2, -9000, 9000),
                    multipliers: &noise_i32::<CHANNELS>(3, SCALE, SCALE * 2),
                    offsets: &noise_i32::<CHANNELS>(4, -60 << (S::SHIFT % 32), 60 << (S::SHIFT % 32)),
                    shifts: &noise_i8::<SHIFTS>(5, 2, 4),
                    input_zero_point: -11,
                    clamp: if S::CLAMPED { Clamp { min: -100, max: 101 } } else { Clamp::INT8 },
                };
            }

            struct Over;
            impl Layer for Over {
                type Shape = S;
                const INPUT: usize = 4;
                const OUTPUT: usize = if IN_PLACE { 4 } else { 4 + IN };
                const SCRATCH: usize = APART + 4;
                const PARAMS: Params = Apart::PARAMS;
            }

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(40))]
                #[test]
                fn equals_the_definition(image in images(IN)) {
                    let results = expected::<S>(&image, &Apart::PARAMS);
                    let mut arena = Arena::<{ APART + SCRATCH }>::new();
                    arena.get_mut::<i8, 0, IN>().copy_from_slice(&image);
                    run::<Apart, _>(&mut arena);
                    prop_assert_eq!(arena.get::<i8, IN, OUT>().as_slice(), results.as_slice());
                    prop_assert_eq!(arena.get::<i8, 0, IN>().as_slice(), image.as_slice(), "the operand changed");

                    let mut arena = Arena::<{ APART + 4 + SCRATCH }>::new();
                    arena.get_mut::<i8, 4, IN>().copy_from_slice(&image);
                    run::<Over, _>(&mut arena);
                    prop_assert_eq!(arena.get::<i8, { Over::OUTPUT }, OUT>().as_slice(), results.as_slice());
                }
            }
        }
    )*};
}

layers! {
    spotter_down { INPUT = [25, 5, 8], OUTPUT = [25, 5, 8], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 8, WALK = 0, PAIRS = 4, }
    spotter_along { INPUT = [9, 5, 8], OUTPUT = [9, 5, 8], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 8, PAIRS = 2, }
    three_pairs { INPUT = [9, 6, 4], OUTPUT = [9, 6, 4], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 4, PAIRS = 3, SHIFT = 2, }
    remainder_of_channels { INPUT = [5, 6, 7], OUTPUT = [5, 6, 7], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 7, PAIRS = 2, }
    unpadded { INPUT = [6, 7, 5], OUTPUT = [4, 5, 5], KERNEL = [3, 3], GROUPS = 5, PAIRS = 3, }
    halved { INPUT = [8, 8, 6], OUTPUT = [4, 4, 6], KERNEL = [3, 3], STRIDE = [2, 2], GROUPS = 6, PAIRS = 2, }
    halved_padded { INPUT = [7, 9, 4], OUTPUT = [4, 5, 4], KERNEL = [3, 3], STRIDE = [2, 2], PADDING = [1, 1], GROUPS = 4, PAIRS = 2, }
    halved_down { INPUT = [9, 6, 4], OUTPUT = [5, 3, 4], KERNEL = [3, 3], STRIDE = [2, 2], PADDING = [1, 0], GROUPS = 4, WALK = 0, PAIRS = 2, }
    halved_across { INPUT = [9, 6, 4], OUTPUT = [5, 6, 4], KERNEL = [3, 3], STRIDE = [2, 1], PADDING = [1, 1], GROUPS = 4, PAIRS = 3, }
    halved_along { INPUT = [6, 9, 4], OUTPUT = [6, 5, 4], KERNEL = [3, 3], STRIDE = [1, 2], PADDING = [1, 1], GROUPS = 4, PAIRS = 2, }
    one_pixel { INPUT = [1, 1, 4], OUTPUT = [1, 1, 4], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 4, PAIRS = 2, }
    own_shift { INPUT = [4, 5, 5], OUTPUT = [4, 5, 5], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 5, PAIRS = 2, SHIFT = 32, }
    double { INPUT = [4, 5, 5], OUTPUT = [4, 5, 5], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 5, PAIRS = 2, SHIFT = 3,
        FORM = tinyml_arith::HighMul::Double, }
    clamped { INPUT = [4, 5, 4], OUTPUT = [4, 5, 4], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 4, PAIRS = 2, CLAMPED = true, }
    two_results_per_channel { INPUT = [5, 4, 5], OUTPUT = [5, 4, 10], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 5, PAIRS = 3, }
    dilated { INPUT = [7, 7, 4], OUTPUT = [7, 7, 4], KERNEL = [3, 3], DILATION = [2, 2], PADDING = [2, 2], GROUPS = 4, PAIRS = 3, }
    dilated_down { INPUT = [9, 8, 4], OUTPUT = [9, 8, 4], KERNEL = [3, 2], DILATION = [3, 2], PADDING = [3, 1], GROUPS = 4, WALK = 0, PAIRS = 3, }
    column { INPUT = [12, 1, 6], OUTPUT = [12, 1, 6], KERNEL = [5, 1], PADDING = [2, 0], GROUPS = 6, WALK = 0, PAIRS = 1, }
    column_across { INPUT = [12, 2, 6], OUTPUT = [12, 2, 6], KERNEL = [5, 1], PADDING = [2, 0], GROUPS = 6, WALK = 1, PAIRS = 3, }
    row { INPUT = [3, 11, 4], OUTPUT = [3, 5, 4], KERNEL = [1, 4], STRIDE = [1, 2], PADDING = [0, 1], GROUPS = 4, PAIRS = 1, }
    five { INPUT = [8, 9, 5], OUTPUT = [8, 9, 5], KERNEL = [5, 5], PADDING = [2, 2], GROUPS = 5, PAIRS = 4, }
    seven_halved { INPUT = [11, 9, 4], OUTPUT = [6, 5, 4], KERNEL = [7, 7], STRIDE = [2, 2], PADDING = [3, 3], GROUPS = 4, PAIRS = 5, }
    strides_of_three { INPUT = [11, 10, 4], OUTPUT = [4, 4, 4], KERNEL = [3, 3], STRIDE = [3, 3], PADDING = [1, 1], GROUPS = 4, PAIRS = 2, }
    kernel_beyond_image { INPUT = [4, 3, 4], OUTPUT = [4, 3, 4], KERNEL = [5, 5], PADDING = [2, 2], GROUPS = 4, PAIRS = 3, }
    padding_beyond_kernel { INPUT = [3, 3, 4], OUTPUT = [10, 9, 4], KERNEL = [2, 2], PADDING = [4, 4], GROUPS = 4, PAIRS = 2, }
    even_kernel { INPUT = [6, 6, 4], OUTPUT = [5, 5, 4], KERNEL = [2, 2], GROUPS = 4, PAIRS = 2, }
    two_at_a_time { INPUT = [9, 5, 8], OUTPUT = [9, 5, 8], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 8, PAIRS = 3, BLOCK = 2, }
    two_of_three { INPUT = [5, 6, 3], OUTPUT = [5, 6, 3], KERNEL = [3, 3], PADDING = [1, 1], GROUPS = 3, WALK = 0, PAIRS = 2, BLOCK = 2, }
    two_halved { INPUT = [8, 8, 6], OUTPUT = [4, 4, 6], KERNEL = [3, 3], STRIDE = [2, 2], GROUPS = 6, PAIRS = 2, BLOCK = 2, }
    two_of_five { INPUT = [8, 9, 2], OUTPUT = [8, 9, 4], KERNEL = [5, 5], PADDING = [2, 2], GROUPS = 2, PAIRS = 4, BLOCK = 2, }
    pointwise { INPUT = [3, 3, 5], OUTPUT = [3, 3, 5], KERNEL = [1, 1], GROUPS = 5, PAIRS = 1, }
}
