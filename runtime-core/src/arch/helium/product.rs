//! Products of packed weights with columns of activations: four output channels at up to three positions at a time.
//!
//! A column is what one output position reads, contiguous. The instruction VMLADAV multiplies sixteen bytes with sixteen others and
//! adds all products to a core register, an even one; so two channels at three positions are summed up at a time, six of the
//! registers that there are. Then the sums of two more channels join them in the lanes of a vector, and are requantised.

use tinyml_arith::helium::{POSITIONS, QUAD, column_bytes, quad_weights};
use tinyml_arith::{Clamp, HighMul};

use super::CONSTANTS;
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
    /// The form of the requantisation.
    const FORM: HighMul;
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
    // SAFETY: the caller's; a quad has its weights and constants, the last one too, whose missing channels are packed.
    unsafe {
        if quads > 0 {
            quad_of::<S, P, QUAD>(columns, weights, constants, output, clamp, quads);
        }
        let weights = weights.skip(quads * quad_weights(S::TAPS));
        let (constants, output) = (constants.skip(quads * QUAD * CONSTANTS), output.skip(quads * QUAD));
        match S::CHANNELS % QUAD {
            0 => {}
            1 => quad_of::<S, P, 1>(columns, weights, constants, output, clamp, 1),
            2 => quad_of::<S, P, 2>(columns, weights, constants, output, clamp, 1),
            _ => quad_of::<S, P, 3>(columns, weights, constants, output, clamp, 1),
        }
    }
}

/// Whether there are instructions for a layer with this many taps and output channels, at so many positions: distances of columns
/// and of results are immediate operands.
pub(crate) const fn fits(taps: usize, channels: usize, positions: usize) -> bool {
    taps >= 1 && column_bytes(taps) < 1 << 12 && (channels < 1 << 12 || positions == 1)
}
