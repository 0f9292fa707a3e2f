//! All that generated code names. Not part of the public API: a release's generated code fits this release only.

pub use crate::arena::{Aligned, Arena, Element, Storage};
pub use crate::boundary::{dequantize, flip_sign, quantize};
pub use crate::info::TensorInfo;
pub use crate::kernels::{conv2d_f32, conv2d_s8};
pub use tinyml_arith::{Clamp, Multiplier, Rounding};
