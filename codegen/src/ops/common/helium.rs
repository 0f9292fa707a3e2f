//! Constants and work of the kernels of cores with Helium (`tinyml_arith::helium`), for all operators that have one.

use tinyml_arith::HighMul;
use tinyml_arith::helium::{
    Constants, LANES, OCTET, OCTET_ORDER, POSITIONS, QUAD, column_bytes, quad_weights, weight_place,
};

use super::high_mul::{self, Channel};
use super::quantised::clamp_const;
use super::scaling::Requantisation;
use crate::cost::Work;
use crate::kernel::{Blob, BlobKind, Const, Element, Param};
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
    match layer.common() {
        Some((form, channel)) => {
            let channels = vec![channel; layer.bias.len()];
            Some(packed(layer, &weights, (form.form, &channels), &[0, 1, 2, 3], Some(Constants::Common)))
        }
        None => own(layer, &weights, &[0, 1, 2, 3]),
    }
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
    own(layer, &weights, &OCTET_ORDER)
}

/// With constants of each channel, in groups of this order.
fn own(layer: &Requantisation<'_>, weights: &[i8], order: &[usize]) -> Option<Packed> {
    let fitted = high_mul::fit(&layer.exact())?;
    Some(packed(layer, weights, (fitted.form, &fitted.channels), order, None))
}

/// With these constants of the channels, in groups of this order, and as they are if nothing is said of how they lie.
fn packed(
    layer: &Requantisation<'_>,
    weights: &[i8],
    (form, channels): (HighMul, &[Channel]),
    order: &[usize],
    constants: Option<Constants>,
) -> Packed {
    let channels: Vec<[i32; 4]> = (layer.bias.iter().zip(channels))
        .map(|(bias, c)| [bias.wrapping_add(c.bias), c.multiplier, c.offset, -(c.shift as i32)])
        .collect();
    let constants = constants.unwrap_or_else(|| Constants::of(&channels));
    let mut bytes = Vec::new();
    constants.pack(&channels, order, |byte| bytes.push(byte));
    let mut shape = vec![match form {
        HighMul::Floor => ("SCALING", Const::Variant("Scaling::Floor")),
        HighMul::Double => ("SCALING", Const::Variant("Scaling::Double")),
    }];
    // Common ones are biases, but for the first three.
    let kind = match constants {
        Constants::Narrow => BlobKind::Parameters,
        Constants::Wide => {
            shape.push(("CONSTANTS", Const::Variant("Constants::Wide")));
            BlobKind::Parameters
        }
        Constants::Common => {
            shape.push(("CONSTANTS", Const::Variant("Constants::Common")));
            BlobKind::Weights
        }
    };
    let params = vec![
        ("weights", Blob::weights_i8(weights).into()),
        ("constants", Blob { element: Element::I32, bytes, kind }.into()),
        ("input_zero_point", layer.input_zero.into()),
        ("clamp", clamp_const(layer.clamp).into()),
    ];
    Packed { params, shape }
}

/// Bytes of working memory of a product with this many columns.
pub fn product_scratch(columns: usize, taps: usize) -> usize {
    columns.min(POSITIONS) * column_bytes(taps)
}

/// What a kernel for products with this many columns does: positions are taken in groups, channels in quads, taps in vectors.
/// A column is gathered in `runs` pieces.
pub fn product_work(columns: usize, taps: usize, channels: usize, runs: usize) -> Work {
    let (vectors, quads) = (column_bytes(taps) / LANES, channels.div_ceil(QUAD));
    let (groups, rest) = (columns / POSITIONS, columns % POSITIONS);
    let groups = groups + usize::from(rest > 0);
    let work = Work::new("conv2d_helium_s8", 900);
    if columns == 1 {
        return work
            .with("quad_alone", quads)
            .with("vector_alone", quads * vectors)
            .with("gathered", vectors);
    }
    work.with("quad", groups * quads)
        .with("weight_vector", groups * quads * vectors)
        .with("vector", columns * quads * vectors)
        .with("result_quad", columns * quads)
        .with("column", columns)
        .with("run", columns * runs)
        .with("gathered", columns * vectors)
}

/// What the depthwise kernel does: channels are taken in octets.
pub fn depthwise_work(positions: usize, taps: usize, channels: usize) -> Work {
    let octets = positions * channels.div_ceil(OCTET);
    Work::new("depthwise_helium_s8", 700 + 24 * taps)
        .with("position", positions)
        .with("octet", octets)
        .with("tap", octets * taps)
        .with("pair", octets * taps.div_ceil(2))
}
