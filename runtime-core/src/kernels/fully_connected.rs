//! The geometry of fully connected layers, shared by the kernels of all element types.

use tinyml_arith::Rounding;

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
}
