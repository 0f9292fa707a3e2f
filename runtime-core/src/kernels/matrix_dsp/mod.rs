//! Products of packed int8 weights with columns of int8 activations, for cores with DSP instructions: what convolution and
//! fully connected layers share. The layout is `tinyml_arith::matrix`'s.
//!
//! - `gather`: activations, widened to halfwords, as one or two columns in the order of the weights.
//! - `product`: the weights times the columns, requantised, for all output channels; hand-written on Arm (`matrix.s`), the same
//!   in Rust elsewhere.

pub(crate) mod gather;
pub(crate) mod product;

use tinyml_arith::Clamp;
use tinyml_arith::matrix::{Finish, Taps, layer_words, weight_bytes};

/// Constants of a layer.
pub struct Params {
    /// Packed.
    pub weights: &'static [u32],
    /// Of each block of channels: what the accumulators start from, and the requantisation's, unless that is common to all and
    /// stands in front.
    pub constants: &'static [i32],
    /// What stands for 0.0 in the operand.
    pub input_zero_point: i32,
    /// What stands for 0.0 in the result.
    pub output_zero_point: i32,
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
}

/// Refuses, when a kernel is monomorphised, constants whose lengths do not fit the shape.
pub(crate) const fn check_params(
    params: &Params,
    channels: usize,
    taps: &Taps,
    finish: Finish,
    common: bool,
) {
    assert!(!(common && matches!(finish, Finish::Exact)), "each channel has a multiplier of its own");
    assert!(
        size_of_val(params.weights) == weight_bytes(channels, taps),
        "the weights do not have the shape's length"
    );
    assert!(
        params.constants.len() == layer_words(channels, finish, common),
        "the constants do not have the shape's length"
    );
}

#[cfg(test)]
pub(crate) mod test_support;
