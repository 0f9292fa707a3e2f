//! Against the definition: shapes that reach every part of the gathering and of the product, with random and extreme data.

extern crate std;

use crate::kernels::test_support::shape_constant;

macro_rules! shapes {
    ($($name:ident { $($constant:ident = $value:expr,)* })*) => {$(
        mod $name {
            use super::super::*;
            use super::{shape_constant, std};
            use crate::arena::Arena;
            use crate::kernels::matrix_dsp::test_support::{Layer as Random, activations, layers};
            use crate::kernels::test_support::sums;
            use proptest::prelude::*;
            #[allow(unused_imports)] // Not all shapes name them.
            use tinyml_arith::matrix::{Code, Finish, Packing};

            struct S;
            impl Shape for S { $(shape_constant!($constant = $value);)* }

            const IN: usize = elements(S::INPUT);
            const OUT: usize = elements(S::OUTPUT);
            // The operand does not end at a word.
            const RESULT: usize = IN + 1;
            const SCRATCH: usize = (RESULT + OUT).next_multiple_of(4);
            const END: usize = SCRATCH + 4 * scratch_words::<S>();

            fn check(layer: &Random, image: &[i8]) -> Result<(), TestCaseError> {
                let params = layer.params(&taps::<S>(), S::PACKING, S::FINISH);
                let place = |o, ky, kx, i| ((o * S::KERNEL[0] + ky) * S::KERNEL[1] + kx) * S::INPUT[2] + i;
                let expected: std::vec::Vec<_> =
                    sums::<S>(image, &layer.weights, &layer.bias, layer.input_zero_point, place)
                        .into_iter()
                        .map(|(channel, sum)| layer.finish(sum, channel, S::FINISH, S::ROUNDING))
                        .collect();
                for backward in [false, true] {
                    let mut arena = Arena::<END>::new();
                    arena.get_mut::<i8, 0, IN>().copy_from_slice(image);
                    let mut cursor = arena.cursor();
                    let (input, output) = (cursor.src(0), cursor.dst(RESULT));
                    let scratch = cursor.dst(SCRATCH);
                    // SAFETY: everything has its length.
                    unsafe { convolve::<S, false>(input, output, scratch, params, backward) };
                    prop_assert_eq!(arena.get::<i8, RESULT, OUT>().as_slice(), expected.as_slice());
                    prop_assert_eq!(arena.get::<i8, 0, IN>().as_slice(), image, "the operand changed");

                    // As near as the gaps allow: the operand `gap` bytes behind the result, or their ends so far apart.
                    let gaps = gaps::<S>(1, PAIRS);
                    let Some(gap) = (if backward { gaps.backward } else { gaps.forward }) else { continue };
                    let shift = if backward { gap + IN as isize - OUT as isize } else { -gap };
                    // The result begins `shift` bytes behind the operand.
                    let (from, to) = ((-shift).max(0) as usize, shift.max(0) as usize);
                    let mut arena = Arena::<{ 2 * END }>::new();
                    arena.get_mut::<i8, 0, { 2 * END }>()[from..from + IN].copy_from_slice(image);
                    let mut cursor = arena.cursor();
                    let scratch = cursor.dst(END.next_multiple_of(4));
                    if from + IN > END || to + OUT > END {
                        continue;
                    }
                    // SAFETY: as above; the buffers overlap as the gaps allow.
                    unsafe { convolve::<S, false>(cursor.src(from), cursor.dst(to), scratch, params, backward) };
                    let result = &arena.get::<i8, 0, { 2 * END }>()[to..to + OUT];
                    prop_assert_eq!(result, expected.as_slice(), "over the operand");
                }
                Ok(())
            }

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(48))]
                #[test]
                fn equals_the_definition(
                    layer in layers(S::OUTPUT[2], taps::<S>().runs * taps::<S>().run, S::PACKING),
                    image in activations(IN),
                ) {
                    check(&layer, &image)?;
                }
            }
        }
    )*};
}

shapes! {
    pointwise { INPUT = [3, 2, 8], OUTPUT = [3, 2, 8], KERNEL = [1, 1], }
    pointwise_plain { INPUT = [3, 2, 8], OUTPUT = [3, 2, 8], KERNEL = [1, 1], PACKING = Packing::Plain, }
    pointwise_uneven { INPUT = [3, 5, 5], OUTPUT = [3, 5, 7], KERNEL = [1, 1], }
    pointwise_wide { INPUT = [3, 3, 41], OUTPUT = [3, 3, 6], KERNEL = [1, 1], PACKING = Packing::Plain, }
    pointwise_many_positions { INPUT = [7, 7, 4], OUTPUT = [7, 7, 3], KERNEL = [1, 1], }
    pointwise_strided { INPUT = [5, 4, 3], OUTPUT = [3, 2, 2], KERNEL = [1, 1], STRIDE = [2, 2], }
    one_position { INPUT = [1, 1, 18], OUTPUT = [1, 1, 5], KERNEL = [1, 1], FINISH = Finish::Shifted, }
    one_position_plain { INPUT = [1, 1, 24], OUTPUT = [1, 1, 8], KERNEL = [1, 1], PACKING = Packing::Plain, }
    last_alone { INPUT = [3, 3, 12], OUTPUT = [3, 3, 4], KERNEL = [1, 1], FINISH = Finish::Double, }
    padded_all_round { INPUT = [5, 6, 4], OUTPUT = [5, 6, 4], KERNEL = [3, 3], PADDING = [1, 1],
        FINISH = Finish::Double, }
    padded_wide { INPUT = [4, 4, 16], OUTPUT = [4, 4, 5], KERNEL = [3, 3], PADDING = [1, 1],
        FINISH = Finish::Shifted, }
    padded_behind_only { INPUT = [6, 8, 3], OUTPUT = [3, 4, 4], KERNEL = [3, 3], STRIDE = [2, 2], }
    unpadded { INPUT = [5, 6, 3], OUTPUT = [3, 4, 4], KERNEL = [3, 3], }
    kernel_beyond_image { INPUT = [2, 3, 2], OUTPUT = [2, 3, 3], KERNEL = [5, 5], PADDING = [2, 2], }
    dilated { INPUT = [7, 6, 4], OUTPUT = [7, 6, 3], KERNEL = [3, 3], DILATION = [2, 2], PADDING = [2, 2], }
    dilated_uneven { INPUT = [7, 6, 3], OUTPUT = [3, 2, 3], KERNEL = [3, 3], DILATION = [2, 2], }
    one_channel { INPUT = [12, 9, 1], OUTPUT = [6, 5, 8], KERNEL = [10, 4], STRIDE = [2, 2], PADDING = [4, 1], }
    two_channels { INPUT = [6, 5, 2], OUTPUT = [6, 5, 8], KERNEL = [2, 3], PADDING = [1, 1],
        PACKING = Packing::Plain, FINISH = Finish::Double, }
    columns_only { INPUT = [1, 30, 6], OUTPUT = [1, 26, 4], KERNEL = [1, 5], }
    exact { INPUT = [4, 5, 3], OUTPUT = [4, 5, 6], KERNEL = [3, 3], PADDING = [1, 1], FINISH = Finish::Exact, }
    exact_half_even { INPUT = [3, 3, 8], OUTPUT = [3, 3, 5], KERNEL = [1, 1], FINISH = Finish::Exact,
        ROUNDING = tinyml_arith::Rounding::HalfEven, PACKING = Packing::Plain, }
    shared_pointwise { INPUT = [3, 3, 8], OUTPUT = [3, 3, 8], KERNEL = [1, 1], CODE = Code::Shared, }
    shared_pointwise_uneven { INPUT = [3, 5, 41], OUTPUT = [3, 5, 7], KERNEL = [1, 1], CODE = Code::Shared,
        FINISH = Finish::Double, }
    shared_padded { INPUT = [5, 5, 4], OUTPUT = [5, 5, 4], KERNEL = [3, 3], PADDING = [1, 1], CODE = Code::Small,
        FINISH = Finish::Shifted, }
    shared_padded_uneven { INPUT = [5, 7, 3], OUTPUT = [3, 4, 5], KERNEL = [3, 3], STRIDE = [2, 2], PADDING = [1, 1],
        CODE = Code::Shared, }
    shared_dilated { INPUT = [7, 6, 3], OUTPUT = [3, 2, 3], KERNEL = [3, 3], DILATION = [2, 2], CODE = Code::Small, }
    shared_one_channel { INPUT = [12, 9, 1], OUTPUT = [6, 5, 8], KERNEL = [10, 4], STRIDE = [2, 2], PADDING = [4, 1],
        CODE = Code::Small, }
    shared_exact { INPUT = [4, 5, 3], OUTPUT = [4, 5, 6], KERNEL = [3, 3], PADDING = [1, 1], FINISH = Finish::Exact,
        CODE = Code::Shared, }
    one_position_shares_nothing { INPUT = [1, 1, 18], OUTPUT = [1, 1, 5], KERNEL = [1, 1], CODE = Code::Small, }
}
