//! Kernels: one module per operator and element type.
//!
//! Every kernel module has the same parts, which the compiler's emitter knows by name:
//!
//! - `Shape`: a trait whose associated constants describe the layer's geometry; the kernel is monomorphised for it. Layers of
//!   equal geometry share the type and so the machine code.
//! - `Params`: weights and requantisation constants, `&'static` in flash.
//! - `Layer`: ties a `Shape`, `Params` and the arena offsets of operands and results together.
//! - `run::<L, N>(arena)`: checks, when it is monomorphised, that all buffers lie in the arena, are aligned, overlap no more than
//!   the kernel allows, and that the constants have the lengths that the shape needs; then carries the layer out. It is safe
//!   to call, cannot panic and allocates nothing.
//!
//! Adding one is a file here, a line below and a line in `__private.rs`.

pub mod average_pool2d_f32;
pub mod average_pool2d_s8;
pub(crate) mod binary;
pub(crate) mod channelwise;
pub(crate) mod conv2d;
pub mod conv2d_blocks_s8;
pub mod conv2d_dsp_s8;
pub mod conv2d_f32;
pub mod conv2d_helium_s8;
pub mod conv2d_pairs_s8;
pub mod conv2d_s8;
pub mod depthwise_3x3_dsp_s8;
pub mod depthwise_dsp_s8;
pub mod depthwise_helium_s8;
pub mod depthwise_rows_s8;
pub mod depthwise_s8;
pub mod dequantize_s8;
pub mod dynamic_quantize_f32;
pub(crate) mod fully_connected;
pub mod fully_connected_blocks_s8;
pub mod fully_connected_dsp_s8;
pub mod fully_connected_f32;
pub mod fully_connected_s8;
pub(crate) mod helium;
pub(crate) mod matrix_dsp;
pub mod max_pool2d_f32;
pub mod max_pool2d_s8;
pub(crate) mod mean;
pub mod mean_f32;
pub mod mean_s8;
pub(crate) mod pad;
pub(crate) mod pool2d;
pub(crate) mod pool2d_words;
pub mod quantize_s8;
pub(crate) mod rows;
pub(crate) mod scaling;
pub(crate) mod softmax;
pub mod softmax_f32;
pub mod softmax_onnx_s8;
pub mod softmax_s8;
pub(crate) mod strided;
pub mod table_s8;
pub(crate) mod tiles;
pub mod unary_f32;
pub(crate) mod window;

#[cfg(test)]
mod overlap_test;
#[cfg(test)]
pub(crate) mod test_support;
