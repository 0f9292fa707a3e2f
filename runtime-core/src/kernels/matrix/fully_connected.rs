//! The geometry of fully connected layers, shared by the kernels of all element types.

use tinyml_arith::Rounding;
use tinyml_arith::matrix::{Code, Finish, Packing};
use tinyml_arith::overlap::{Blocks, Gaps};
use tinyml_arith::size::product;

use crate::kernels::scaling::Scaling;

/// A dense layer: `ROWS` vectors of `INPUTS` elements, each times the weights `[OUTPUTS][INPUTS]`.
pub trait Shape {
    /// Vectors that go through the layer one after the other (the positions of a sequence).
    const ROWS: usize = 1;
    /// Elements of a vector.
    const INPUTS: usize;
    /// Elements of a result.
    const OUTPUTS: usize;
    /// Whether each output has its own multiplier and shift (int8 kernels); else there is one for all.
    const PER_CHANNEL: bool = false;
    /// Arithmetic of the requantisation (int8 kernels).
    const ROUNDING: Rounding = Rounding::Double;
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
    /// Whether one multiplier is for all outputs, in front of the constants (matrix kernels: one row of whole words; kernels whose `Params`
    /// have a table of channels).
    const COMMON: bool = false;
    /// How much code the layer may take (matrix kernels).
    const CODE: Code = Code::Specialised;
}

/// Refuses layers that have nothing to do: loops in assembly end after their first turn.
pub(crate) const fn check<S: Shape>() {
    assert!(S::ROWS > 0 && S::INPUTS > 0 && S::OUTPUTS > 0, "operand or result has no elements");
}

/// Elements of the operand and of the result.
pub(crate) const fn elements<S: Shape>() -> (usize, usize) {
    (product([S::ROWS, S::INPUTS]), product([S::ROWS, S::OUTPUTS]))
}

/// Number of weights.
pub(crate) const fn weights<S: Shape>() -> usize {
    product([S::INPUTS, S::OUTPUTS])
}

/// How far the result may lie over the operand: a row is read for each of its results.
pub(crate) const fn gaps<S: Shape>(element_bytes: usize) -> Gaps {
    let (operand, result) = (product([S::INPUTS, element_bytes]), product([S::OUTPUTS, element_bytes]));
    Gaps::rows(S::ROWS, operand, result, Blocks::POSITION)
}
