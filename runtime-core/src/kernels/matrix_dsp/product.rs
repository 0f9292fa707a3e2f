//! Packed weights times one or two columns.

use tinyml_arith::matrix::{BLOCK, COMMON_WORDS, Code, Finish, Packing, block_words};
use tinyml_arith::{Clamp, Multiplier, Rounding, requantize};

use core::ops::Range;

use super::Params;
use crate::arch::dsp::{max_i8x4, min_i8x4};
use crate::arch::rolled;
use crate::arena::{Dst, Src};
use crate::kernels::part::within;

#[cfg(not(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
)))]
mod emulation;
#[cfg(not(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
)))]
pub(crate) use emulation::{Multiply, MultiplyVector};
#[cfg(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
))]
mod native;
#[cfg(all(
    target_arch = "arm",
    any(tinyml_core = "armv7em", tinyml_core = "armv8m", tinyml_core = "armv81m")
))]
pub(crate) use native::{Multiply, MultiplyVector};

/// What is the same for all columns of a layer, known when the kernel is monomorphised.
#[derive(Clone, Copy)]
pub(crate) struct Form {
    /// How the weights are packed.
    pub(crate) packing: Packing,
    /// What becomes of the sums.
    pub(crate) finish: Finish,
    /// The rounding of [`Finish::Exact`].
    pub(crate) rounding: Rounding,
    /// Output channels.
    pub(crate) channels: usize,
    /// Steps of a column; even if there is one column.
    pub(crate) steps: usize,
    /// Whether the one column is the activations as they are, two steps to a word.
    pub(crate) in_place: bool,
    /// Whether one multiplier is for all channels, as `tinyml_arith::matrix::COMMON_WORDS` says; for columns in place.
    pub(crate) common: bool,
}

/// How a product is carried out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Steps {
    /// By one call of the form's function: whole blocks of channels, and no range that is narrower than int8.
    Call,
    /// By that and what is left.
    Several,
    /// Block by block, for [`Finish::Exact`].
    Exact,
}

/// A function that multiplies `COLUMNS` columns.
pub(crate) trait Product<const COLUMNS: usize>: Copy {
    /// Multiplies `blocks` blocks of weights with the columns. Writes a byte for each channel to each of `outputs`, or for
    /// [`Finish::Exact`] the words of the sums of one block.
    ///
    /// # Safety
    /// The function is the form's. There are the columns, 1 or 2, interleaved, of the form's steps, weights and constants of
    /// `blocks` blocks (behind the common ones), and room for the results.
    unsafe fn call(
        self,
        form: Form,
        columns: Src<u32>,
        weights: Src<u32>,
        constants: [Src<i32>; 2],
        outputs: [Dst<i8>; COLUMNS],
        blocks: usize,
    );
}

impl Form {
    /// Multiplies the activations of a vector in place, and writes all output channels to `output`.
    ///
    /// # Safety
    /// As for [`Form::run`].
    #[inline(always)]
    pub(crate) unsafe fn run_in_place(
        self,
        (code, steps): (Code, Steps),
        output: Dst<i8>,
        vector: Src<u32>,
        params: &'static Params,
        scratch: Dst<u32>,
    ) {
        let multiply = MultiplyVector::of(self.packing, self.finish, self.common, code);
        // SAFETY: the caller's.
        unsafe { self.run_by(multiply, steps, [output], vector, params, scratch) }
    }

    /// Multiplies, and writes all output channels of each column to `outputs`.
    ///
    /// # Safety
    /// The steps are those of the constants, `columns` holds `COLUMNS` (1 or 2) interleaved columns, `params` fits the form, each of `outputs` has room for the
    /// channels, `scratch` has [`scratch_words`](tinyml_arith::matrix::scratch_words); columns and scratch overlap nothing.
    #[inline(always)]
    pub(crate) unsafe fn run<const COLUMNS: usize>(
        self,
        (code, steps): (Code, Steps),
        outputs: [Dst<i8>; COLUMNS],
        columns: Src<u32>,
        params: &'static Params,
        scratch: Dst<u32>,
    ) {
        let multiply = Multiply::of::<COLUMNS>(self.packing, self.finish, code);
        // SAFETY: the caller's.
        unsafe { self.run_by(multiply, steps, outputs, columns, params, scratch) }
    }

    /// As [`Form::run`], by the form's function for so many columns. `steps` are those of the constants; as a constant itself, it
    /// leaves out code for the other cases.
    ///
    /// # Safety
    /// As for [`Form::run`].
    #[inline(always)]
    pub(crate) unsafe fn run_by<const COLUMNS: usize>(
        self,
        multiply: impl Product<COLUMNS>,
        steps: Steps,
        outputs: [Dst<i8>; COLUMNS],
        columns: Src<u32>,
        params: &'static Params,
        scratch: Dst<u32>,
    ) {
        let (whole, rest) = (self.channels / BLOCK, self.channels % BLOCK);
        let (weights, common) = (Src::from(params.weights), Src::from(params.constants));
        // SAFETY: weights and constants have the form's lengths; a block that not all belongs to the layer goes through scratch
        // memory.
        unsafe {
            let constants = common.skip(if self.common { COMMON_WORDS } else { 0 });
            if steps == Steps::Call {
                multiply.call(self, columns, weights, [common, constants], outputs, whole);
                return;
            }
            if steps == Steps::Exact {
                for block in 0..self.channels.div_ceil(BLOCK) {
                    rolled();
                    self.exact(multiply, block, columns, params, outputs, scratch);
                }
                return;
            }
            if whole > 0 {
                multiply.call(self, columns, weights, [common, constants], outputs, whole);
            }
            if rest > 0 {
                let weights = weights.skip(whole * self.block_weights());
                let constants = constants.skip(whole * self.block_constants());
                let bytes: [Dst<i8>; COLUMNS] = core::array::from_fn(|i| scratch.skip(i).cast());
                multiply.call(self, columns, weights, [common, constants], bytes, 1);
                for (output, bytes) in outputs.into_iter().zip(bytes) {
                    let output = output.skip(whole * BLOCK);
                    for channel in 0..rest {
                        rolled();
                        output.set(channel, bytes.as_src().get(channel));
                    }
                }
            }
            if params.clamp.min > -128 || params.clamp.max < 127 {
                for output in outputs {
                    clamp(output, self.channels, params.clamp);
                }
            }
        }
    }

    /// As [`Form::run_in_place`], some of the blocks of output channels, the last of which may be one that not all belongs to the layer.
    ///
    /// # Safety
    /// As for [`Form::run`].
    #[inline(always)]
    pub(crate) unsafe fn run_blocks_in_place(
        self,
        (code, steps): (Code, Steps),
        output: Dst<i8>,
        vector: Src<u32>,
        params: &'static Params,
        scratch: Dst<u32>,
        blocks: Range<usize>,
    ) {
        let multiply = MultiplyVector::of(self.packing, self.finish, self.common, code);
        let Range { start, end } = within(blocks, self.channels.div_ceil(BLOCK));
        if start >= end {
            return;
        }
        let (first, last) = (start * BLOCK, (end * BLOCK).min(self.channels));
        // SAFETY: weights and constants have the form's lengths, and the blocks are of them. A form of those channels alone has all these blocks,
        // its weights and constants, and results.
        unsafe {
            if steps == Steps::Exact {
                for block in start..end {
                    rolled();
                    self.exact(multiply, block, vector, params, [output], scratch);
                }
                return;
            }
            let common = Src::from(params.constants);
            let constants = common.skip(if self.common { COMMON_WORDS } else { 0 });
            let (weights, constants) = (
                Src::from(params.weights).skip(start * self.block_weights()),
                constants.skip(start * self.block_constants()),
            );
            let output = output.skip(first);
            let (whole, rest) = ((last - first) / BLOCK, (last - first) % BLOCK);
            if whole > 0 {
                multiply.call(self, vector, weights, [common, constants], [output], whole);
            }
            if rest > 0 {
                let weights = weights.skip(whole * self.block_weights());
                let constants = constants.skip(whole * self.block_constants());
                let bytes: Dst<i8> = scratch.cast();
                multiply.call(self, vector, weights, [common, constants], [bytes], 1);
                for channel in 0..rest {
                    rolled();
                    output.set(whole * BLOCK + channel, bytes.as_src().get(channel));
                }
            }
            if params.clamp.min > -128 || params.clamp.max < 127 {
                clamp(output, last - first, params.clamp);
            }
        }
    }

    /// How the product of a layer with these constants is carried out.
    pub(crate) const fn steps(self, params: &Params) -> Steps {
        let is_whole =
            self.channels.is_multiple_of(BLOCK) && params.clamp.min <= -128 && params.clamp.max >= 127;
        match self.finish {
            Finish::Exact => Steps::Exact,
            _ if is_whole => Steps::Call,
            _ => Steps::Several,
        }
    }

    /// Words of packed weights of a block.
    fn block_weights(self) -> usize {
        self.steps * BLOCK / 2
    }

    /// Words of constants of a block.
    const fn block_constants(self) -> usize {
        block_words(self.finish, self.common)
    }

    /// A block by the definition of requantisation.
    ///
    /// # Safety
    /// As for [`Form::run`]; `block` is one of the layer's.
    #[inline(always)]
    unsafe fn exact<const COLUMNS: usize>(
        self,
        multiply: impl Product<COLUMNS>,
        block: usize,
        columns: Src<u32>,
        params: &'static Params,
        outputs: [Dst<i8>; COLUMNS],
        scratch: Dst<u32>,
    ) {
        // SAFETY: the caller's; scratch holds four sums of each column.
        unsafe {
            let weights = Src::from(params.weights).skip(block * self.block_weights());
            let constants = Src::from(params.constants).skip(block * self.block_constants());
            let mut sums = [scratch.cast(); COLUMNS];
            if COLUMNS == 2 {
                sums[1] = scratch.skip(BLOCK).cast();
            }
            multiply.call(self, columns, weights, [constants; 2], sums, 1);
            let first = block * BLOCK;
            let channels = if self.channels - first < BLOCK { self.channels - first } else { BLOCK };
            for (output, sums) in outputs.into_iter().zip(sums) {
                let sums = sums.cast::<i32>().as_src();
                requantise(output.skip(first), sums, channels, constants.skip(BLOCK), params, self.rounding);
            }
        }
    }
}

/// Requantises `count` sums of a block by the definition; the block's multipliers and then its shifts are at `constants`. One function
/// for all layers, beside the product on the stack.
///
/// # Safety
/// There are as many sums and places for results, at most [`BLOCK`], and a block's constants.
#[inline(never)]
unsafe fn requantise(
    output: Dst<i8>,
    sums: Src<i32>,
    count: usize,
    constants: Src<i32>,
    params: &'static Params,
    rounding: Rounding,
) {
    for channel in 0..count {
        rolled();
        // SAFETY: the caller's.
        unsafe {
            let multiplier =
                Multiplier { multiplier: constants.get(channel), shift: constants.get(BLOCK + channel) };
            let scaled = requantize(sums.get(channel), multiplier, rounding);
            let result = params.clamp.apply(scaled.wrapping_add(params.output_zero_point));
            output.set(channel, result as i8);
        }
    }
}

/// Moves `count` results into a range that is narrower than int8.
///
/// # Safety
/// There are `count` results.
#[inline(never)]
unsafe fn clamp(results: Dst<i8>, count: usize, range: Clamp) {
    let four = |bound: i32| (bound as u8 as u32).wrapping_mul(0x0101_0101);
    let (min, max) = (four(range.min), four(range.max));
    // SAFETY: the caller's.
    unsafe {
        let mut results = results;
        for _ in 0..count / 4 {
            rolled();
            results.set_word(0, min_i8x4(max_i8x4(results.as_src().word(0), min), max));
            results = results.skip(4);
        }
        for i in 0..count % 4 {
            rolled();
            results.set(i, range.apply(results.as_src().get(i).into()) as i8);
        }
    }
}
