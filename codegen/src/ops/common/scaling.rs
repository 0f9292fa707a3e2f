//! The table of channels of kernels without a 64-bit product (`kernels/scaling.rs` in the runtime): bias, multiplier, offset and shift,
//! in a form proven to give the exact results.

use super::high_mul::{channels, fit};
use super::quantised::{clamp_const, rounding_const};
use crate::cost::Work;
use crate::kernel::{Blob, Const, Param};
use crate::target::Core;
use tinyml_arith::{Clamp, HighMul, Multiplier, Rounding};

/// What the requantisation of a layer is made from.
pub struct Requantisation<'a> {
    /// Output channel outermost.
    pub weights: &'a [i8],
    /// Per output channel, with the operand's zero point folded in.
    pub bias: Vec<i32>,
    /// One per output channel, or one for all.
    pub multipliers: &'a [Multiplier],
    /// How products are rounded.
    pub rounding: Rounding,
    /// What stands for 0.0 in the operand.
    pub input_zero: i32,
    /// What stands for 0.0 in the result.
    pub output_zero: i32,
    /// Range of the result.
    pub clamp: Clamp,
}

/// The constants of a layer.
pub struct Scaling {
    /// Constants of the kernel's shape.
    pub shape: Vec<(&'static str, Const)>,
    /// The table.
    table: Vec<i32>,
    /// Multiplications for a result on a core without a 64-bit product; none if it needs the 64-bit product.
    pub products: Option<usize>,
}

/// Bits of accumulators and multipliers for which a core without a 64-bit product multiplies so many times. Few, so that layers of equal
/// geometry share their code.
const WIDTHS: [(usize, usize, usize); 5] = [(17, 26, 2), (18, 24, 2), (19, 31, 3), (20, 30, 3), (22, 31, 4)];

impl Scaling {
    /// What so many results need beyond what each layer's do: multiplications where the core has no 64-bit product.
    pub fn work(&self, core: Core, work: Work, results: usize) -> Work {
        match (core, self.products) {
            (Core::Armv6m, Some(products)) => work.with("multiplication", results * products),
            (Core::Armv6m, None) => work.with("long_multiplication", results),
            _ => work,
        }
    }
}

impl Requantisation<'_> {
    /// The cheapest form that has the exact results, for kernels on `core`.
    pub fn scaling(&self, core: Core) -> Scaling {
        let exact =
            channels(self.weights, &self.bias, self.multipliers, self.rounding, self.output_zero, self.clamp);
        let reach = |addition: i64, (min, max): (i64, i64)| {
            (min + addition).unsigned_abs().max((max + addition).unsigned_abs())
        };
        let packed = fit(&exact).and_then(|layer| {
            let rows = layer.channels.iter().zip(&self.bias).map(|(channel, bias)| {
                let last = i64::from(channel.offset) << 5 | i64::from(channel.shift);
                Some([bias.checked_add(channel.bias)?, channel.multiplier, i32::try_from(last).ok()?])
            });
            let table: Vec<i32> = rows.collect::<Option<Vec<_>>>()?.concat();
            let reaches = exact.iter().zip(&layer.channels);
            let accumulator = reaches.map(|(e, c)| reach(c.bias.into(), e.accumulators)).max()?;
            let multiplier = layer.channels.iter().map(|channel| channel.multiplier as u64).max()?;
            Some((layer.form, table, accumulator, multiplier))
        });
        let Some((form, table, accumulator, multiplier)) = packed else {
            let multiplier = |channel: usize| self.multipliers[channel % self.multipliers.len()];
            let row = |(channel, &bias): (usize, &i32)| {
                [bias, multiplier(channel).multiplier, multiplier(channel).shift]
            };
            return Scaling {
                shape: vec![("ROUNDING", rounding_const(self.rounding))],
                table: self.bias.iter().enumerate().flat_map(row).collect(),
                products: None,
            };
        };
        let (accumulator, multiplier) = (bits(accumulator), bits(multiplier));
        let widths = WIDTHS.into_iter().find(|&(a, m, _)| accumulator <= a && multiplier <= m);
        let form = match form {
            HighMul::Floor => "Scaling::Floor",
            HighMul::Double => "Scaling::Double",
        };
        let mut shape = vec![("SCALING", Const::Variant(form))];
        if let (Core::Armv6m, Some((accumulator, multiplier, _))) = (core, widths) {
            shape.push(("ACCUMULATOR_BITS", accumulator.into()));
            shape.push(("MULTIPLIER_BITS", multiplier.into()));
        }
        Scaling { shape, table, products: widths.map(|(.., products)| products) }
    }

    /// The kernel's `Params`, with the weights in its order.
    pub fn params(&self, scaling: &Scaling, packed: &[i8]) -> Vec<(&'static str, Param)> {
        vec![
            ("weights", Blob::weights_i8(packed).into()),
            ("channels", Blob::parameters_i32(&scaling.table).into()),
            ("input_zero_point", self.input_zero.into()),
            ("output_zero_point", self.output_zero.into()),
            ("clamp", clamp_const(self.clamp).into()),
        ]
    }
}

/// Bits of a number.
fn bits(number: u64) -> usize {
    (64 - number.leading_zeros()) as usize
}

/// Weights with the output channel outermost in the order of the kernels that take four channels at a time: `[⌈C_out / 4⌉][taps][4]`, zero
/// for the channels that are missing in the last four.
pub fn four_channels(weights: &[i8], channels: usize) -> Vec<i8> {
    let taps = weights.len() / channels.max(1);
    let place = |index: usize| {
        let (block, tap, channel) = (index / (4 * taps), index / 4 % taps, index % 4);
        (block * 4 + channel) * taps + tap
    };
    let stored = channels.next_multiple_of(4) * taps;
    (0..stored).map(|index| weights.get(place(index)).copied().unwrap_or(0)).collect()
}
