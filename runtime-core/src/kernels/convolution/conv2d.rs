//! The geometry of two-dimensional convolutions, shared by the kernels of all element types.

use tinyml_arith::Rounding;
use tinyml_arith::helium::Constants;
use tinyml_arith::matrix::{Code, Finish, Packing};
use tinyml_arith::overlap::{Blocks, Gaps};
use tinyml_arith::size::product;

use crate::kernels::scaling::Scaling;
use crate::kernels::window::Window;

/// Geometry of a convolution over an `H × W × C` image (batch 1, channels innermost).
///
/// Output position `(y, x)` reads the input from `(y * STRIDE - PADDING)` on, in steps of `DILATION`; positions outside the
/// image count as the input's zero point. The order of the weights is the kernel's: see its `Params`.
pub trait Shape {
    /// Height, width and channels of the operand.
    const INPUT: [usize; 3];
    /// Height, width and channels of the result.
    const OUTPUT: [usize; 3];
    /// Height and width of the kernel.
    const KERNEL: [usize; 2];
    /// Steps between output positions, in rows and columns of the operand.
    const STRIDE: [usize; 2] = [1, 1];
    /// Steps between kernel taps, in rows and columns of the operand.
    const DILATION: [usize; 2] = [1, 1];
    /// Rows above and columns to the left of the image that count as zero.
    const PADDING: [usize; 2] = [0, 0];
    /// Number of groups of channels that are convolved apart.
    const GROUPS: usize = 1;
    /// Arithmetic of the requantisation (int8 kernels).
    const ROUNDING: Rounding = Rounding::Double;
    /// Neighbouring output positions that are computed together (kernels that say so).
    const POSITIONS: usize = 1;
    /// The form of the requantisation (int8 kernels whose `Params` have a table of channels).
    const SCALING: Scaling = Scaling::Exact;
    /// The magnitudes of all accumulators are below two to the power of this.
    const ACCUMULATOR_BITS: usize = 31;
    /// The multipliers are below two to the power of this.
    const MULTIPLIER_BITS: usize = 31;
    /// How the weights are packed (matrix kernels).
    const PACKING: Packing = Packing::Paired;
    /// What becomes of the sums (matrix kernels).
    const FINISH: Finish = Finish::Floor;
    /// How the constants of the requantisation lie (Helium kernels).
    const CONSTANTS: Constants = Constants::Narrow;
    /// How much code the layer may take (kernels that say so).
    const CODE: Code = Code::Specialised;
}

/// The window of the convolution.
pub(crate) const fn window<S: Shape>() -> Window {
    Window {
        input: [S::INPUT[0], S::INPUT[1]],
        output: [S::OUTPUT[0], S::OUTPUT[1]],
        kernel: S::KERNEL,
        stride: S::STRIDE,
        dilation: S::DILATION,
        padding: S::PADDING,
    }
}

/// How far the result may lie over the operand, for elements of some bytes.
pub(crate) const fn gaps<S: Shape>(element_bytes: usize, blocks: Blocks) -> Gaps {
    let pixels = [product([S::INPUT[2], element_bytes]), product([S::OUTPUT[2], element_bytes])];
    window::<S>().gaps(pixels, blocks)
}

/// Elements of operand and result.
pub(crate) const fn elements(extents: [usize; 3]) -> usize {
    product(extents)
}

/// Number of weights.
pub(crate) const fn weights<S: Shape>() -> usize {
    product([S::OUTPUT[2], S::KERNEL[0], S::KERNEL[1], S::INPUT[2] / S::GROUPS])
}

/// Refuses a geometry that contradicts itself, that has nothing to do (loops in assembly end after their first turn), or with
/// places that would not be exact.
pub(crate) const fn check<S: Shape>() {
    window::<S>().check();
    assert!(elements(S::INPUT) > 0 && elements(S::OUTPUT) > 0, "operand or result has no elements");
    // From a row of taps to the next.
    let _ = product([S::DILATION[0], S::INPUT[1], S::INPUT[2]]);
    assert!(S::GROUPS > 0 && S::INPUT[2] % S::GROUPS == 0, "the groups do not divide the input channels");
    assert!(S::OUTPUT[2] % S::GROUPS == 0, "the groups do not divide the output channels");
}
