//! All that generated code names. Not part of the public API: a release's generated code fits this release only.

pub use crate::arena::{Aligned, Arena, Element, Storage};
pub use crate::boundary::{dequantize, flip_sign, quantize};
pub use crate::info::TensorInfo;
pub use crate::kernels::{average_pool2d_f32, average_pool2d_s8, max_pool2d_f32, max_pool2d_s8, mean_f32, mean_s8};
pub use crate::kernels::{conv2d_f32, conv2d_s8, depthwise_s8, fully_connected_f32, fully_connected_s8};
pub use tinyml_arith::{Clamp, Multiplier, Rounding};
