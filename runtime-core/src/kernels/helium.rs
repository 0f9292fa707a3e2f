//! What the kernels for cores with Helium have in common.

use tinyml_arith::size::{product, round_up};
use tinyml_arith::{Clamp, HighMul};

use super::scaling::Scaling;
use crate::arch::helium::Form;
use crate::kernels::convolution::conv2d::Shape;

/// Constants of a layer.
pub struct Params {
    /// Packed as `tinyml_arith::helium` says.
    pub weights: &'static [i8],
    /// Packed as `tinyml_arith::helium::Constants` says.
    pub constants: &'static [i32],
    /// What stands for 0.0 in the operand.
    pub input_zero_point: i32,
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
}

/// The requantisation of a layer whose scaling has a form.
pub(crate) const fn form<S: Shape>() -> Form {
    let high_mul = match S::SCALING {
        Scaling::Double => HighMul::Double,
        // `check_params` refuses the exact one.
        Scaling::Floor | Scaling::Exact => HighMul::Floor,
    };
    Form { high_mul, constants: S::CONSTANTS }
}

/// Refuses, when a kernel is monomorphised, constants whose lengths do not fit the shape: groups of `group` channels with `taps`
/// weights each.
pub(crate) const fn check_params<S: Shape>(params: &Params, group: usize, taps: usize) {
    assert!(!matches!(S::SCALING, Scaling::Exact), "the kernel has no exact requantisation");
    let channels = S::OUTPUT[2];
    assert!(
        params.weights.len() == product([round_up(channels, group), taps]),
        "the weights do not have the shape's length"
    );
    let words = S::CONSTANTS.layer_words(channels, group);
    assert!(params.constants.len() == words, "the constants do not have the shape's length");
}

/// Declares shapes for tests, and checks `$kernel` against the definition on random layers and images, some of them extreme.
/// `$place` is the place of a channel's tap among the packed weights.
#[cfg(test)]
macro_rules! helium_convolutions {
    ($kernel:path, $group:expr, $order:expr, |$taps:ident, $o:ident, $tap:ident| $place:expr;
     $($name:ident { $($constant:ident = $value:expr,)* })*) => {$(
        mod $name {
            use super::*;
            use proptest::prelude::*;
            use tinyml_arith::Clamp;
            use tinyml_arith::helium::Constants;
            use $crate::arena::Arena;
            use $crate::kernels::convolution::conv2d::elements;
            use $crate::kernels::scaling::{self, Scaling, WORDS};
            use $crate::kernels::test_support::{channel_table, convolve_scaled, leak, shape_constant};
            use $kernel::{Params, Shape, convolve, scratch_bytes};

            struct S;
            impl Shape for S { $(shape_constant!($constant = $value);)* }

            const IN: usize = elements(S::INPUT);
            const OUT: usize = elements(S::OUTPUT);
            const CHANNELS: usize = S::OUTPUT[2];
            const TAPS: usize = S::KERNEL[0] * S::KERNEL[1] * (S::INPUT[2] / S::GROUPS);
            // Neither image nor result ends at a word.
            const RESULT: usize = IN + 1;
            const SCRATCH: usize = RESULT + OUT + 1;
            const END: usize = SCRATCH + scratch_bytes::<S>();

            fn place($o: usize, $tap: usize) -> usize {
                let $taps = TAPS;
                $place
            }

            fn packed(plain: &[i8], table: &[i32]) -> Params {
                let padded = CHANNELS.next_multiple_of($group);
                let mut weights = std::vec![0; padded * TAPS];
                for (index, &weight) in plain.iter().enumerate() {
                    weights[place(index / TAPS, index % TAPS)] = weight;
                }
                let channels: std::vec::Vec<_> =
                    table.chunks(WORDS).map(|c| [c[0], c[1], c[2] >> 5, -(c[2] & 31)]).collect();
                let mut constants = std::vec::Vec::new();
                S::CONSTANTS.pack(&channels, &$order, |byte| constants.push(byte));
                let words = constants.chunks(4).map(|word| i32::from_le_bytes(word.try_into().unwrap()));
                Params {
                    weights: leak(&weights),
                    constants: leak(&words.collect::<std::vec::Vec<_>>()),
                    input_zero_point: -11,
                    clamp: Clamp { min: -120, max: 101 },
                }
            }

            fn weights() -> impl Strategy<Value = std::vec::Vec<i8>> {
                prop_oneof![
                    proptest::collection::vec(-127i8..=127, CHANNELS * TAPS),
                    prop_oneof![Just(-127i8), Just(127)].prop_map(|w| std::vec![w; CHANNELS * TAPS]),
                ]
            }

            proptest! {
                #![proptest_config(ProptestConfig::with_cases(32))]
                #[test]
                fn equals_the_definition(
                    plain in weights(),
                    image in prop_oneof![
                        proptest::collection::vec(any::<i8>(), IN),
                        prop_oneof![Just(-128i8), Just(127)].prop_map(|x| std::vec![x; IN]),
                    ],
                ) {
                    let mut table = channel_table::<{ CHANNELS * WORDS }>(S::SCALING);
                    if let Constants::Common = S::CONSTANTS {
                        let [_, multiplier, last, ..] = table;
                        table.chunks_mut(WORDS).for_each(|channel| (channel[1], channel[2]) = (multiplier, last));
                    }
                    let mut arena = std::boxed::Box::new(Arena::<END>::new());
                    arena.get_mut::<i8, 0, IN>().copy_from_slice(&image);
                    let params: &'static Params = std::boxed::Box::leak(std::boxed::Box::new(packed(&plain, &table)));
                    let mut cursor = $crate::memory::Memory::cursor(&mut *arena);
                    let (input, output, scratch) = (cursor.src(0), cursor.dst(RESULT), cursor.dst(SCRATCH));
                    // SAFETY: everything has its length.
                    unsafe { convolve::<S>(input, output, scratch, params) };
                    let definition = scaling::Params {
                        weights: leak(&plain),
                        channels: leak(&table),
                        input_zero_point: params.input_zero_point,
                        output_zero_point: 0,
                        clamp: params.clamp,
                    };
                    let depthwise = S::GROUPS > 1;
                    let expected = convolve_scaled::<S>(&image, &definition, |o, ky, kx, i| {
                        let inputs = if depthwise { 1 } else { S::INPUT[2] };
                        o * TAPS + (ky * S::KERNEL[1] + kx) * inputs + i
                    });
                    prop_assert_eq!(arena.get::<i8, RESULT, OUT>().as_slice(), expected.as_slice());
                    prop_assert_eq!(arena.get::<i8, 0, IN>().as_slice(), image.as_slice(), "the operand changed");
                    prop_assert!(!matches!(S::SCALING, Scaling::Exact));
                }
            }
        }
    )*};
}
#[cfg(test)]
pub(crate) use helium_convolutions;
