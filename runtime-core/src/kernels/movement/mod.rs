//! Kernels that move elements and change none.

pub(crate) mod pad;
pub(crate) mod strided;
