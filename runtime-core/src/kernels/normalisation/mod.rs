//! Kernels that scale elements by what their neighbours along an axis are.

pub mod normalise_f32;
pub(crate) mod softmax;
pub mod softmax_f32;
pub mod softmax_onnx_s8;
pub mod softmax_s8;
