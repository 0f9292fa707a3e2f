//! Convolutions: weights slide over an image.

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
pub mod depthwise_point_dsp_s8;
pub mod depthwise_point_s8;
pub mod depthwise_rows_s8;
pub mod depthwise_s8;
pub(crate) mod tiles;
