//! Pooling: a window slides over an image and gives one number of each channel.

pub mod average_pool2d_f32;
pub mod average_pool2d_s8;
pub mod max_pool2d_f32;
pub mod max_pool2d_s8;
pub(crate) mod pool2d;
pub(crate) mod pool2d_words;
