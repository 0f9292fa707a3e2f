//! Kernels that reduce axes to one number.

pub(crate) mod arg;
pub mod mean_f32;
pub mod mean_s8;
pub(crate) mod reduce;
