//! Kernels that compute images of another size.

pub(crate) mod resize_linear;
pub mod resize_linear_f32;
pub mod resize_linear_s8;
pub mod resize_linear_words_s8;
