//! Products of packed weights with columns of activations: four output channels at up to three positions at a time.
//!
//! A column is what one output position reads, contiguous. The instruction VMLADAV multiplies sixteen bytes with sixteen others and
//! adds all products to a core register, an even one; so two channels at three positions are summed up at a time, six of the
//! registers that there are. Then the sums of two more channels join them in the lanes of a vector, and are requantised.

use tinyml_arith::Clamp;
use tinyml_arith::helium::{COMMON_WORDS, Constants, POSITIONS, QUAD, fits, quad_weights};

use super::Form;
#[cfg(not(all(target_arch = "arm", tinyml_core = "armv81m")))]
use super::emulated::quad_of;
#[cfg(all(target_arch = "arm", tinyml_core = "armv81m"))]
use super::native::quad_of;
use crate::arena::{Dst, Src};

/// A layer's products.
pub(crate) trait Product {
    /// Taps of a column.
    const TAPS: usize;
    /// Output channels.
    const CHANNELS: usize;
    /// The requantisation.
    const FORM: Form;
}

/// What is the same for all channels, four times, as vectors are loaded.
#[repr(C)]
pub(crate) struct Common {
    pub(crate) multiplier: [i32; QUAD],
    pub(crate) offset: [i32; QUAD],
    pub(crate) left: [i8; QUAD],
    pub(crate) min: [i8; QUAD],
    pub(crate) max: [i8; QUAD],
}

impl Common {
    /// One function for all layers.
    ///
    /// # Safety
    /// The constants begin with the common ones.
    #[inline(never)]
    unsafe fn new(constants: Src<i32>, clamp: Clamp) -> Self {
        // SAFETY: the caller's.
        let [multiplier, offset, left] = unsafe { [constants.get(0), constants.get(1), constants.get(2)] };
        Common {
            multiplier: [multiplier; QUAD],
            offset: [offset; QUAD],
            left: [left as i8; QUAD],
            min: [clamp.min as i8; QUAD],
            max: [clamp.max as i8; QUAD],
        }
    }
}

/// What a block needs beside the constants of its channels.
#[derive(Clone, Copy)]
pub(crate) enum Beside<'a> {
    /// Channels have multipliers of their own.
    Clamp(Clamp),
    /// They have one.
    Common(&'a Common),
}

/// All output channels at `P` positions, at most [`POSITIONS`]. Columns are `column_bytes(TAPS)` bytes apart, the results of a
/// position `CHANNELS`. Weights and constants are packed as `tinyml_arith::helium` says.
///
/// # Safety
/// There are `P` columns and places for results, and weights and constants for all channels. Results do not overlap columns.
#[inline(always)]
pub(crate) unsafe fn rows<S: Product, const P: usize>(
    columns: Src<i8>,
    weights: Src<i8>,
    constants: Src<i32>,
    output: Dst<i8>,
    clamp: Clamp,
) {
    const { assert!(P >= 1 && P <= POSITIONS && fits(S::TAPS, S::CHANNELS, P)) };
    let quads = const { S::CHANNELS / QUAD };
    let group_words = const { S::FORM.constants.group_words(QUAD) };
    // SAFETY: the caller's; a quad has its weights and constants, the last one too, whose missing channels are packed.
    unsafe {
        let common;
        let (beside, constants) = match S::FORM.constants {
            Constants::Common => {
                common = Common::new(constants, clamp);
                (Beside::Common(&common), constants.skip(COMMON_WORDS))
            }
            _ => (Beside::Clamp(clamp), constants),
        };
        if quads > 0 {
            quad_of::<S, P, QUAD>(columns, weights, constants, output, beside, quads);
        }
        let weights = weights.skip(quads * const { quad_weights(S::TAPS) });
        let (constants, output) = (constants.skip(quads * group_words), output.skip(quads * QUAD));
        match S::CHANNELS % QUAD {
            0 => {}
            1 => quad_of::<S, P, 1>(columns, weights, constants, output, beside, 1),
            2 => quad_of::<S, P, 2>(columns, weights, constants, output, beside, 1),
            _ => quad_of::<S, P, 3>(columns, weights, constants, output, beside, 1),
        }
    }
}
