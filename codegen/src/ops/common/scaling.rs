//! The table of channels of kernels without a 64-bit product (`kernels/scaling.rs` in the runtime): bias, multiplier, offset and shift,
//! in a form proven to give the exact results.

use super::high_mul::{self, Channel, Exact, Layer};
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
    /// Whether one multiplier is for all channels.
    common: bool,
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
    /// The channels as their definition has them.
    pub fn exact(&self) -> Vec<Exact> {
        let &Requantisation { weights, multipliers, rounding, output_zero, clamp, .. } = self;
        high_mul::channels(weights, &self.bias, multipliers, rounding, output_zero, clamp)
    }

    /// Whether all channels have one multiplier.
    fn has_common(&self) -> bool {
        self.multipliers.windows(2).all(|pair| pair[0] == pair[1])
    }

    /// The constants of one channel that stands for all; none if they have several multipliers, or no form does it for the accumulators of
    /// all of them.
    pub fn common(&self) -> Option<(Layer, Channel)> {
        if !self.has_common() {
            return None;
        }
        let all = self.exact().into_iter().reduce(|a, b| {
            let ((a_min, a_max), (b_min, b_max)) = (a.accumulators, b.accumulators);
            Exact { accumulators: (a_min.min(b_min), a_max.max(b_max)), ..a }
        })?;
        let layer = high_mul::fit(&[all])?;
        let channel = *layer.channels.first()?;
        Some((layer, channel))
    }

    /// The cheapest form that has the exact results, for kernels on `core`. `common`: the kernel takes one multiplier for all channels.
    pub fn scaling(&self, core: Core, common: bool) -> Scaling {
        let in_common = if common { self.common() } else { None };
        let common = common && self.has_common();
        let fitted = match in_common {
            Some((layer, channel)) => Some((layer.form, vec![channel; self.bias.len()], true)),
            None => high_mul::fit(&self.exact()).map(|layer| (layer.form, layer.channels, false)),
        };
        let packed = fitted.and_then(|(form, channels, common)| {
            let rows = channels.iter().zip(&self.bias).map(|(channel, bias)| {
                let last = i64::from(channel.offset) << 5 | i64::from(channel.shift);
                Some([bias.checked_add(channel.bias)?, channel.multiplier, i32::try_from(last).ok()?])
            });
            Some((form, channels.clone(), table(&rows.collect::<Option<Vec<_>>>()?, common), common))
        });
        let Some((form, channels, table, common)) = packed else {
            let multiplier = |channel: usize| self.multipliers[channel % self.multipliers.len()];
            let row = |(channel, &bias): (usize, &i32)| {
                [bias, multiplier(channel).multiplier, multiplier(channel).shift]
            };
            let rows: Vec<_> = self.bias.iter().enumerate().map(row).collect();
            let mut shape = vec![("ROUNDING", rounding_const(self.rounding))];
            shape.extend(common.then_some(("COMMON", Const::Bool(true))));
            return Scaling { shape, table: table(&rows, common), products: None, common };
        };
        let reach = |(exact, channel): (&Exact, &Channel)| {
            let end = |end: i64| (end + i64::from(channel.bias)).unsigned_abs();
            end(exact.accumulators.0).max(end(exact.accumulators.1))
        };
        let accumulator = bits(self.exact().iter().zip(&channels).map(reach).max().unwrap_or(0));
        let multiplier = bits(channels.iter().map(|channel| channel.multiplier as u64).max().unwrap_or(0));
        let widths = WIDTHS.into_iter().find(|&(a, m, _)| accumulator <= a && multiplier <= m);
        let form = match form {
            HighMul::Floor => "Scaling::Floor",
            HighMul::Double => "Scaling::Double",
        };
        let mut shape = vec![("SCALING", Const::Variant(form))];
        shape.extend(common.then_some(("COMMON", Const::Bool(true))));
        if let (Core::Armv6m, Some((accumulator, multiplier, _))) = (core, widths) {
            shape.push(("ACCUMULATOR_BITS", accumulator.into()));
            shape.push(("MULTIPLIER_BITS", multiplier.into()));
        }
        Scaling { shape, table, products: widths.map(|(.., products)| products), common }
    }

    /// The kernel's `Params`, with the weights in its order.
    pub fn params(&self, scaling: &Scaling, packed: &[i8]) -> Vec<(&'static str, Param)> {
        let channels = match scaling.common {
            // Biases, but for the first two.
            true => Blob::weights_i32(&scaling.table),
            false => Blob::parameters_i32(&scaling.table),
        };
        vec![
            ("weights", Blob::weights_i8(packed).into()),
            ("channels", channels.into()),
            ("input_zero_point", self.input_zero.into()),
            ("output_zero_point", self.output_zero.into()),
            ("clamp", clamp_const(self.clamp).into()),
        ]
    }
}

/// The table of rows of bias, multiplier and last word; with one multiplier for all channels, it and the last word, and all biases.
fn table(rows: &[[i32; 3]], common: bool) -> Vec<i32> {
    match rows.first() {
        Some(&[_, multiplier, last]) if common => {
            [multiplier, last].into_iter().chain(rows.iter().map(|[bias, ..]| *bias)).collect()
        }
        _ => rows.concat(),
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
