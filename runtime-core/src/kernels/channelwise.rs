//! What the kernels with weights have in common: int8 weights, a bias per output channel, and a multiplier and shift per
//! output channel or for all of them.

use tinyml_arith::{Clamp, Multiplier, Rounding, requantize};

use crate::arena::Src;

/// Constants of a layer with int8 weights.
pub struct Params {
    /// In the order that the kernel states; symmetric.
    pub weights: &'static [i8],
    /// Per output channel, with `-input_zero_point * Σ w` folded in.
    pub bias: &'static [i32],
    /// Fraction of the requantisation, per output channel (one, if the weights have one scale and the kernel allows it).
    pub multipliers: &'static [i32],
    /// Power of two of the requantisation, for each multiplier.
    pub shifts: &'static [i8],
    /// What stands for 0.0 in the operand.
    pub input_zero_point: i32,
    /// What stands for 0.0 in the result.
    pub output_zero_point: i32,
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
}

/// Refuses, when a kernel is monomorphised, constants whose lengths do not fit the shape. `per_channel`: there is a multiplier
/// for each output channel, not one for all.
pub(crate) const fn check_params(params: &Params, weights: usize, channels: usize, per_channel: bool) {
    let multipliers = if per_channel { channels } else { 1 };
    assert!(params.weights.len() == weights, "the weights do not have the shape's length");
    assert!(params.bias.len() == channels, "there is not one bias per output channel");
    assert!(params.multipliers.len() == multipliers, "the number of multipliers does not fit the shape");
    assert!(params.shifts.len() == multipliers, "there is not one shift per multiplier");
}

/// The per-channel constants as pointers.
#[derive(Clone, Copy)]
pub(crate) struct Channels {
    bias: Src<i32>,
    multipliers: Src<i32>,
    shifts: Src<i8>,
    zero_point: i32,
    clamp: Clamp,
}

impl Channels {
    #[inline(always)]
    pub(crate) fn new(params: &'static Params) -> Self {
        Channels {
            bias: params.bias.into(),
            multipliers: params.multipliers.into(),
            shifts: params.shifts.into(),
            zero_point: params.output_zero_point,
            clamp: params.clamp,
        }
    }

    /// The bias that an accumulator starts from.
    ///
    /// # Safety
    /// `channel` is below the number of output channels, and [`check_params`] holds.
    #[inline(always)]
    pub(crate) unsafe fn bias(self, channel: usize) -> i32 {
        // SAFETY: one bias per output channel.
        unsafe { self.bias.get(channel) }
    }

    /// The result for an accumulator.
    ///
    /// # Safety
    /// `channel` is below the number of output channels, or 0 if there is one multiplier for all, and [`check_params`] holds.
    #[inline(always)]
    pub(crate) unsafe fn requantise(self, acc: i32, channel: usize, rounding: Rounding) -> i8 {
        // SAFETY: one multiplier and shift per channel that the caller may name.
        let (multiplier, shift) = unsafe { (self.multipliers.get(channel), self.shifts.get(channel)) };
        let scaled = requantize(acc, Multiplier { multiplier, shift: shift.into() }, rounding);
        self.clamp.apply(scaled.wrapping_add(self.zero_point)) as i8
    }
}
