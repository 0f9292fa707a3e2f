//! What the kernels with weights have in common: int8 weights, one bias, multiplier and shift per output channel.

use tinyml_arith::{Clamp, Multiplier, Rounding, requantize};

use crate::arena::Src;

/// Constants of a layer with int8 weights.
pub struct Params {
    /// In the order that the kernel's `Shape` states; symmetric.
    pub weights: &'static [i8],
    /// Per output channel, with `-input_zero_point * Σ w` folded in.
    pub bias: &'static [i32],
    /// Fraction of the requantisation, per output channel.
    pub multipliers: &'static [i32],
    /// Power of two of the requantisation, per output channel.
    pub shifts: &'static [i8],
    /// What stands for 0.0 in the operand.
    pub input_zero_point: i32,
    /// What stands for 0.0 in the result.
    pub output_zero_point: i32,
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
}

/// Refuses, when a kernel is monomorphised, constants whose lengths do not fit the shape.
pub(crate) const fn check_params(params: &Params, weights: usize, channels: usize) {
    assert!(params.weights.len() == weights, "the weights do not have the shape's length");
    assert!(params.bias.len() == channels, "there is not one bias per output channel");
    assert!(params.multipliers.len() == channels, "there is not one multiplier per output channel");
    assert!(params.shifts.len() == channels, "there is not one shift per output channel");
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
    /// `channel` is below the number of output channels, and [`check_params`] holds.
    #[inline(always)]
    pub(crate) unsafe fn requantise(self, acc: i32, channel: usize, rounding: Rounding) -> i8 {
        // SAFETY: one multiplier and shift per output channel.
        let (multiplier, shift) = unsafe { (self.multipliers.get(channel), self.shifts.get(channel)) };
        let scaled = requantize(acc, Multiplier { multiplier, shift: shift.into() }, rounding);
        self.clamp.apply(scaled.wrapping_add(self.zero_point)) as i8
    }
}
