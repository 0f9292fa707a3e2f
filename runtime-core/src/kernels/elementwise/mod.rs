//! Kernels that compute every element by itself.

pub(crate) mod binary;
pub(crate) mod select;
pub mod table_s8;
pub mod unary_f32;
