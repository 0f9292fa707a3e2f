//! From accumulators to results by constants that lie together per output channel, in a form that the compiler has proven to give the
//! layer's exact results.

use tinyml_arith::size::{product, sum};
use tinyml_arith::{Clamp, Multiplier, Rounding, requantize};

use crate::arch::opaque;
use crate::arch::product::{Widths, high_word, rounded_high_word_of_double};
use crate::arena::Src;
use crate::kernels::convolution::conv2d;
use crate::kernels::matrix::fully_connected;

/// How an accumulator becomes a result before the clamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scaling {
    /// By the definition, `tinyml_arith::requantize`.
    Exact,
    /// `tinyml_arith::HighMul::Floor`.
    Floor,
    /// `tinyml_arith::HighMul::Double`.
    Double,
}

/// Constants of a layer whose scaling has a form.
pub struct Params {
    /// In the order that the kernel states; symmetric.
    pub weights: &'static [i8],
    /// Per output channel: the bias, with the operand's zero point and the form's addition folded in; the multiplier; the offset,
    /// times 32, plus the shift to the right. For [`Scaling::Exact`] the last one is the shift as `Multiplier` has it. Where one multiplier is
    /// for all channels, it and the word that follows stand in front of all biases.
    pub channels: &'static [i32],
    /// What stands for 0.0 in the operand.
    pub input_zero_point: i32,
    /// What stands for 0.0 in the result (for [`Scaling::Exact`]; the other forms have it in the offset).
    pub output_zero_point: i32,
    /// Range of the result, fused activation included.
    pub clamp: Clamp,
}

/// Words of a channel in the table.
pub(crate) const WORDS: usize = 3;

/// Words in front of the biases where one multiplier is for all channels.
const COMMON_WORDS: usize = WORDS - 1;

/// Refuses, when a kernel is monomorphised, constants whose lengths do not fit the shape.
pub(crate) const fn check_params(params: &Params, weights: usize, channels: usize, form: Form) {
    assert!(params.weights.len() == weights, "the weights do not have the shape's length");
    let words = if form.common { sum([COMMON_WORDS, channels]) } else { product([WORDS, channels]) };
    assert!(params.channels.len() == words, "the table does not have the channels of the shape");
}

/// What a layer's channels have in common. For constants only.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    pub(crate) scaling: Scaling,
    pub(crate) rounding: Rounding,
    pub(crate) widths: Widths,
    /// Whether one multiplier is for all channels.
    pub(crate) common: bool,
}

impl Form {
    /// The form of a convolution.
    pub(crate) const fn of_conv2d<S: conv2d::Shape>() -> Self {
        let widths = Widths { accumulator: S::ACCUMULATOR_BITS as u32, factor: S::MULTIPLIER_BITS as u32 };
        Form { scaling: S::SCALING, rounding: S::ROUNDING, widths, common: false }
    }

    /// The form of a fully connected layer.
    pub(crate) const fn of_fully_connected<S: fully_connected::Shape>() -> Self {
        let widths = Widths { accumulator: S::ACCUMULATOR_BITS as u32, factor: S::MULTIPLIER_BITS as u32 };
        Form { scaling: S::SCALING, rounding: S::ROUNDING, widths, common: S::COMMON }
    }
}

/// The table of a layer's channels.
#[derive(Clone, Copy)]
pub(crate) struct Table {
    words: Src<i32>,
    common: bool,
}

impl Table {
    #[inline(always)]
    pub(crate) fn new(params: &'static Params, form: Form) -> Self {
        Table { words: params.channels.into(), common: form.common }
    }

    /// What the accumulator of a channel starts from.
    ///
    /// # Safety
    /// The layer has this channel.
    #[inline(always)]
    pub(crate) unsafe fn bias(self, channel: usize) -> i32 {
        let word = if self.common { COMMON_WORDS + channel } else { channel * WORDS };
        // SAFETY: the caller's.
        unsafe { self.words.get(word) }
    }

    /// The constants of a channel, without the bias.
    ///
    /// # Safety
    /// The layer has this channel.
    #[inline(always)]
    pub(crate) unsafe fn channel(self, channel: usize) -> Channel {
        // Opaque: loaded where they are needed, and not kept on the stack.
        let word = if self.common { opaque(0) } else { channel * WORDS + 1 };
        // SAFETY: the caller's.
        unsafe { Channel { multiplier: self.words.get(word), last: self.words.get(word + 1) } }
    }
}

/// The constants of a channel, without the bias.
#[derive(Clone, Copy)]
pub(crate) struct Channel {
    multiplier: i32,
    last: i32,
}

impl Channel {
    /// The result for an accumulator.
    #[inline(always)]
    pub(crate) fn apply(self, form: Form, params: &Params, acc: i32) -> i8 {
        let shifted = |high: i32| high.wrapping_add(self.last >> 5).wrapping_shr((self.last & 31) as u32);
        let scaled = match form.scaling {
            Scaling::Exact => {
                let multiplier = Multiplier { multiplier: self.multiplier, shift: self.last };
                requantize(acc, multiplier, form.rounding).wrapping_add(params.output_zero_point)
            }
            Scaling::Floor => shifted(high_word(acc, self.multiplier, form.widths)),
            Scaling::Double => shifted(
                rounded_high_word_of_double(acc, self.multiplier, form.widths).wrapping_add(acc >> 31),
            ),
        };
        params.clamp.apply(scaled) as i8
    }
}
