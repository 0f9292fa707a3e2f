//! Random layers for the tests of the matrix kernels, and their results by the definition.

extern crate std;

use std::boxed::Box;
use std::vec::Vec;

use proptest::prelude::*;
use tinyml_arith::matrix::{BLOCK, Finish, Packing, Taps, fits_paired, pack, starts};
use tinyml_arith::{Clamp, HighMul, Multiplier, Rounding, requantize};

use super::Params;

/// What a layer computes, before packing.
#[derive(Clone, Debug)]
pub(crate) struct Layer {
    /// `[channels][taps]`.
    pub(crate) weights: Vec<i8>,
    pub(crate) bias: Vec<i32>,
    pub(crate) input_zero_point: i32,
    output_zero_point: i32,
    multipliers: Vec<i32>,
    shifts: Vec<i32>,
    clamp: Clamp,
}

/// Layers with random or extreme weights; all that the packing takes.
pub(crate) fn layers(channels: usize, taps: usize, packing: Packing) -> impl Strategy<Value = Layer> {
    let least = if packing == Packing::Paired { -127 } else { -128i8 };
    let weight = move || prop_oneof![4 => least..=127, 1 => Just(least), 1 => Just(127)];
    let weights = prop_oneof![
        4 => prop::collection::vec(weight(), channels * taps),
        1 => weight().prop_map(move |w| std::vec![w; channels * taps]),
    ];
    let clamp = prop_oneof![Just((-128, 127)), (-128i32..0, 0i32..=127)];
    (
        weights,
        prop::collection::vec(-9000i32..9000, channels),
        prop_oneof![-128i32..=127, Just(-128), Just(127)],
        -128i32..=127,
        prop::collection::vec((1i32 << 30)..=i32::MAX, channels),
        prop::collection::vec(5i32..=9, channels),
        clamp,
    )
        .prop_map(
            |(weights, bias, input_zero_point, output_zero_point, multipliers, shifts, (min, max))| {
                let clamp = Clamp { min, max };
                Layer { weights, bias, input_zero_point, output_zero_point, multipliers, shifts, clamp }
            },
        )
}

/// int8, or the same extreme value everywhere.
pub(crate) fn activations(count: usize) -> impl Strategy<Value = Vec<i8>> {
    prop_oneof![
        3 => prop::collection::vec(any::<i8>(), count),
        1 => prop_oneof![Just(-128i8), Just(127)].prop_map(move |x| std::vec![x; count]),
    ]
}

impl Layer {
    /// The constants of requantisation of a channel: multiplier, offset, right shift.
    fn scale(&self, channel: usize, finish: Finish) -> (i32, i32, i32) {
        let (multiplier, right) = (self.multipliers[channel], self.shifts[channel]);
        let zero = self.output_zero_point + 128;
        match finish {
            Finish::Floor => (multiplier >> (right - 1), zero, 0),
            Finish::Shifted => (multiplier >> 1, (2 * zero + 1) << (right - 1), right),
            Finish::Double => (multiplier, (2 * zero + 1) << (right - 1), right),
            Finish::Exact => (multiplier, 0, right),
        }
    }

    /// As the kernel takes it.
    pub(crate) fn params(&self, taps: &Taps, packing: Packing, finish: Finish) -> &'static Params {
        self.params_with(taps, packing, finish, false)
    }

    /// As the kernel takes it where the first channel's requantisation is for all (`common`), or each has its own.
    pub(crate) fn params_with(
        &self,
        taps: &Taps,
        packing: Packing,
        finish: Finish,
        common: bool,
    ) -> &'static Params {
        assert!(packing == Packing::Plain || fits_paired(&self.weights, &self.bias, taps));
        let channels = self.bias.len();
        let mut bytes = Vec::new();
        pack(&self.weights, channels, taps, packing, |byte| bytes.push(byte as u8));
        let words = bytes.chunks_exact(4).map(|word| u32::from_le_bytes(word.try_into().unwrap()));
        let mut blocks: Vec<Vec<i32>> = Vec::new();
        starts(&self.bias, packing, |start| blocks.push(start.to_vec()));
        for (number, block) in blocks.iter_mut().enumerate() {
            let scales: Vec<_> = (number * BLOCK..(number + 1) * BLOCK)
                .map(|channel| if channel < channels { self.scale(channel, finish) } else { (0, 0, 0) })
                .collect();
            match finish {
                _ if common => {}
                Finish::Floor => block.extend(scales.iter().flat_map(|s| [s.0, s.1])),
                Finish::Shifted | Finish::Double => block.extend(scales.iter().flat_map(|s| [s.0, s.1, s.2])),
                Finish::Exact => {
                    block.extend(scales.iter().map(|s| s.0));
                    block.extend(scales.iter().map(|s| -s.2));
                }
            }
        }
        if common {
            let (multiplier, offset, shift) = self.scale(0, finish);
            blocks.insert(0, std::vec![multiplier, offset, shift]);
        }
        Box::leak(Box::new(Params {
            weights: words.collect::<Vec<_>>().leak(),
            constants: blocks.concat().leak(),
            input_zero_point: self.input_zero_point,
            output_zero_point: self.output_zero_point,
            clamp: self.clamp,
        }))
    }

    /// The result for a sum.
    pub(crate) fn finish(&self, sum: i32, channel: usize, finish: Finish, rounding: Rounding) -> i8 {
        let (multiplier, offset, shift) = self.scale(channel, finish);
        let result = match finish {
            Finish::Floor | Finish::Shifted => {
                HighMul::Floor.apply(sum, multiplier, offset, shift as u32) - 128
            }
            Finish::Double => HighMul::Double.apply(sum, multiplier, offset, shift as u32) - 128,
            Finish::Exact => {
                requantize(sum, Multiplier { multiplier, shift: -shift }, rounding) + self.output_zero_point
            }
        };
        self.clamp.apply(result.clamp(-128, 127)) as i8
    }
}
