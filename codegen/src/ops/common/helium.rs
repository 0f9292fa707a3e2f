//! Constants and costs of the kernels of cores with Helium (`tinyml_arith::helium`), for all operators that have one.

use tinyml_arith::HighMul;
use tinyml_arith::helium::{
    LANES, OCTET, OCTET_ORDER, POSITIONS, QUAD, column_bytes, quad_weights, weight_place,
};

use super::high_mul;
use super::quantised::clamp_const;
use super::scaling::Requantisation;
use crate::kernel::{Blob, Const, Cost, Param};
use crate::target::Core;

/// Whether the core has the instructions.
pub fn is_native(core: Core) -> bool {
    core == Core::Armv81m
}

/// A layer for a kernel.
pub struct Packed {
    /// The kernel's `Params`.
    pub params: Vec<(&'static str, Param)>,
    /// The constants of its `Shape` that the requantisation decides.
    pub shape: Vec<(&'static str, Const)>,
}

/// For the product kernel: weights `[channels][taps]`. None if no form of requantisation by a high multiply is exact, or the kernel's
/// instructions do not reach so far.
pub fn product(layer: &Requantisation<'_>) -> Option<Packed> {
    let taps = layer.weights.len() / layer.bias.len().max(1);
    if taps == 0 || column_bytes(taps) >= 1 << 12 || layer.bias.len() >= 1 << 12 {
        return None;
    }
    let mut weights = vec![0; layer.bias.len().div_ceil(QUAD) * quad_weights(taps)];
    for (channel, of_channel) in layer.weights.chunks(taps).enumerate() {
        for (tap, &weight) in of_channel.iter().enumerate() {
            weights[channel / QUAD * quad_weights(taps) + weight_place(taps, channel % QUAD, tap)] = weight;
        }
    }
    packed(layer, &weights, &[0, 1, 2, 3])
}

/// For the depthwise kernel: weights `[channels][taps]`. None as for [`product`], or if two products of successive taps could need more
/// than 16 bits.
pub fn depthwise(layer: &Requantisation<'_>) -> Option<Packed> {
    let taps = layer.weights.len() / layer.bias.len().max(1);
    let mut channels = layer.weights.chunks(taps.max(1));
    if taps == 0 || channels.any(|weights| weights.chunks(2).any(|pair| pair == [-128, -128])) {
        return None;
    }
    let mut weights = vec![0; layer.bias.len().next_multiple_of(OCTET) * taps];
    for (channel, of_channel) in layer.weights.chunks(taps).enumerate() {
        for (tap, &weight) in of_channel.iter().enumerate() {
            weights[(channel / OCTET * taps + tap) * OCTET + channel % OCTET] = weight;
        }
    }
    packed(layer, &weights, &OCTET_ORDER)
}

/// With the constants of groups of channels in this order.
fn packed(layer: &Requantisation<'_>, weights: &[i8], order: &[usize]) -> Option<Packed> {
    let exact = high_mul::channels(
        layer.weights,
        &layer.bias,
        layer.multipliers,
        layer.rounding,
        layer.output_zero,
        layer.clamp,
    );
    let fitted = high_mul::fit(&exact)?;
    let scaling = match fitted.form {
        HighMul::Floor => "Scaling::Floor",
        HighMul::Double => "Scaling::Double",
    };
    let channels = layer.bias.iter().zip(&fitted.channels);
    let channels: Vec<[i32; 4]> = channels
        .map(|(bias, c)| [bias.wrapping_add(c.bias), c.multiplier, c.offset, -(c.shift as i32)])
        .collect();
    let mut constants = Vec::new();
    for group in channels.chunks(order.len()) {
        for kind in 0..4 {
            constants.extend(order.iter().map(|&channel| group.get(channel).map_or(0, |c| c[kind])));
        }
    }
    let params = vec![
        ("weights", Blob::weights_i8(weights).into()),
        ("constants", Blob::parameters_i32(&constants).into()),
        ("input_zero_point", layer.input_zero.into()),
        ("clamp", clamp_const(layer.clamp).into()),
    ];
    Some(Packed { params, shape: vec![("SCALING", Const::Variant(scaling))] })
}

/// Bytes of working memory of a product with this many columns.
pub fn product_scratch(columns: usize, taps: usize) -> usize {
    columns.min(POSITIONS) * column_bytes(taps)
}

/// What products with this many columns cost, in instructions of the kernel: Arm publishes no table of Helium's cycles.
pub fn product_cost(columns: usize, taps: usize, channels: usize) -> Cost {
    let (vectors, quads) = (column_bytes(taps) / LANES, channels.div_ceil(QUAD));
    let block = |positions: usize| {
        let step = 2 + 3 * positions;
        quads * (2 * vectors * step + 2 * positions + 22 + 8 * positions) + positions * (20 + 2 * vectors)
    };
    let rest = columns % POSITIONS;
    let instructions = columns / POSITIONS * block(POSITIONS) + if rest > 0 { block(rest) } else { 0 };
    Cost { cycles: instructions as u64, code_bytes: 900 }
}

/// What a depthwise layer costs, as [`product_cost`].
pub fn depthwise_cost(positions: usize, taps: usize, channels: usize) -> Cost {
    let octet = 34 + taps * 4 + taps.div_ceil(2) * 5;
    Cost { cycles: (positions * (channels.div_ceil(OCTET) * octet + 12)) as u64, code_bytes: 700 + 24 * taps }
}
