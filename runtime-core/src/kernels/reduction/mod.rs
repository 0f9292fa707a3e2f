//! Kernels that reduce axes to one number.

pub(crate) mod mean;
pub mod mean_f32;
pub mod mean_s8;
