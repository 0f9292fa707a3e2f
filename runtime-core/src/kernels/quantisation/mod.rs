//! Between real numbers and integers, and from one quantisation to another.

pub(crate) mod cast;
pub mod dequantize_s8;
pub mod dynamic_quantize_f32;
pub mod quantize_s8;
