//! Tables of channels and what they mean.

use tinyml::__private::Scaling;
use tinyml_arith::{HighMul, Multiplier, Rounding, requantize};

use crate::noise::number;

/// Channels of a table.
pub(crate) const CHANNELS: usize = 24;
/// Words of a channel.
const WORDS: usize = 3;
/// Bits of the multipliers of [`Scaling::Floor`].
pub(crate) const FLOOR_BITS: usize = 24;

/// The table of a form.
pub(crate) const fn table(scaling: Scaling) -> &'static [i32] {
    static EXACT: [i32; CHANNELS * WORDS] = build(Scaling::Exact);
    static FLOOR: [i32; CHANNELS * WORDS] = build(Scaling::Floor);
    static DOUBLE: [i32; CHANNELS * WORDS] = build(Scaling::Double);
    match scaling {
        Scaling::Exact => &EXACT,
        Scaling::Floor => &FLOOR,
        Scaling::Double => &DOUBLE,
    }
}

const fn build(scaling: Scaling) -> [i32; CHANNELS * WORDS] {
    let mut table = [0; CHANNELS * WORDS];
    let mut channel = 0;
    while channel < CHANNELS {
        let multiplier = (number(channel, 5) >> 2 | 1 << 30) as i32;
        let shift = 6 + (number(channel, 6) % 4) as i32;
        let at = channel * WORDS;
        table[at] = (number(channel, 7) % 18_001) as i32 - 9000;
        (table[at + 1], table[at + 2]) = match scaling {
            Scaling::Exact => (multiplier, -shift),
            Scaling::Floor => (multiplier >> 7, 5 << 5),
            Scaling::Double => (multiplier, ((5 << shift) + (1 << (shift - 1))) << 5 | shift),
        };
        channel += 1;
    }
    table
}

/// The result for the sum of a channel's products, without the clamp.
pub(crate) fn scaled(scaling: Scaling, channel: usize, products: i32) -> i32 {
    let row = &table(scaling)[channel * WORDS..][..WORDS];
    let (acc, multiplier, last) = (row[0] + products, row[1], row[2]);
    let high_mul = |form: HighMul| form.apply(acc, multiplier, last >> 5, (last & 31) as u32);
    match scaling {
        Scaling::Exact => requantize(acc, Multiplier { multiplier, shift: last }, Rounding::Double) + 5,
        Scaling::Floor => high_mul(HighMul::Floor),
        Scaling::Double => high_mul(HighMul::Double),
    }
}

/// Bits of the sums of so many products and a bias.
pub(crate) const fn accumulator_bits(products: usize) -> usize {
    (products * 128 * 127 + 9000).ilog2() as usize + 1
}

/// Bits of the multipliers.
pub(crate) const fn multiplier_bits(scaling: Scaling) -> usize {
    if matches!(scaling, Scaling::Floor) { FLOOR_BITS } else { 31 }
}

/// The form of the layer with this number.
pub(crate) const fn form(name: usize) -> Scaling {
    match name % 3 {
        0 => Scaling::Floor,
        1 => Scaling::Double,
        _ => Scaling::Exact,
    }
}
