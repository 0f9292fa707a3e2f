//! Kernels in families: one module per operator and element type. The families are those of the compiler's operators; what several of
//! them share lies beside them.
//!
//! Every kernel module has the same parts, which the compiler's emitter knows by name:
//!
//! - `Shape`: a trait whose associated constants describe the layer's geometry; the kernel is monomorphised for it. Layers of
//!   equal geometry share the type and so the machine code.
//! - `Params`: weights and requantisation constants, `&'static` in flash.
//! - `Layer`: ties a `Shape`, `Params` and the places of operands and results in the arena (or in the state behind it) together.
//! - `run::<L, _>(memory)`: checks, when it is monomorphised, that all buffers lie in the memory, are aligned, overlap no more than
//!   the kernel allows, and that the constants have the lengths that the shape needs; then carries the layer out. It is safe
//!   to call, cannot panic and allocates nothing.
//!
//! - `part::<L, _>(memory, from, to)`, of some: a range of the steps of `run`, so that a long layer can be carried out in slices.
//!
//! Adding one is a file in its family's folder, a line in the family's `mod.rs` and a line in `__private.rs`.

pub(crate) mod axes;
pub(crate) mod channelwise;
pub(crate) mod classical;
pub(crate) mod convolution;
pub(crate) mod elementwise;
pub(crate) mod helium;
pub(crate) mod matrix;
pub(crate) mod matrix_dsp;
pub(crate) mod movement;
pub(crate) mod normalisation;
pub(crate) mod part;
pub(crate) mod pooling;
pub(crate) mod quantisation;
pub(crate) mod recurrent;
pub(crate) mod reduction;
pub(crate) mod rows;
pub(crate) mod sampling;
pub(crate) mod scaling;
pub(crate) mod window;

#[cfg(test)]
mod overlap_test;
#[cfg(test)]
pub(crate) mod test_support;
