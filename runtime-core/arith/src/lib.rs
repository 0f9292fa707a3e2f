//! The fixed-point arithmetic of quantised operators, written once.
//!
//! The kernels on the device and the compiler on the host (its interpreter, its table builder) call the same functions, so
//! that the meaning of an operator exists in one place. Two kinds of functions live side by side in each module:
//!
//! - **Evaluation**, one element at a time, for the device: integers only, no panic path, no `unsafe`, no allocation, no
//!   state. Parameters are small `Copy` structs of plain integers, which generated code writes as literals in constants.
//! - **Derivation**, for the host: `f32` scales and `i32` zero points to those integer parameters, in the order and in the
//!   float type in which the reference does it (see `docs/arithmetic.md`), since a different order gives other bits.
//!
//! The reference is TensorFlow Lite for Microcontrollers' reference kernels (the `onnx` module: ONNX Runtime).
//!
//! `no_std`, always; the feature `std` adds what only a host needs: the module `host` (`exp` in `f64`) and the tables made
//! with it.
#![no_std]
#![forbid(unsafe_code)]

#[cfg(test)]
extern crate std;

pub mod add;
pub mod average_pool;
pub mod binary;
pub mod bits;
pub mod clamp;
pub mod compare;
pub mod dynamic_range;
pub mod fixed;
pub mod float;
pub mod hard_swish;
pub mod helium;
pub mod high_mul;
#[cfg(feature = "std")]
pub mod host;
pub mod hyperbolic;
pub mod leaky_relu;
pub mod line_walk;
pub mod linear;
pub mod logistic;
pub mod lstm;
pub mod lut;
pub mod matrix;
pub mod mean;
pub mod mul;
pub mod normalise;
pub mod onnx;
pub mod overlap;
pub mod prelu;
pub mod quantize;
pub mod quotient;
pub mod reduction;
pub mod relu;
pub mod requantize;
pub mod resize;
pub mod ring;
pub mod rsqrt;
pub mod sigmoid16;
pub mod size;
pub mod softmax;
pub mod squared_difference;
pub mod three_by_three;
pub mod trigonometry;
pub mod unary;

pub use clamp::{Activation, Clamp, activation_range};
pub use high_mul::HighMul;
pub use quantize::Quantization;
pub use requantize::{Multiplier, Rounding, requantize};
