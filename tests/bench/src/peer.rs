//! The peer: microflow, a TFLite compiler that is also a macro.
//!
//! It takes images as column-major matrices of pixels, by value, and gives real numbers; the conversions here are outside of
//! what is timed.

use std::array;

use microflow::buffer::{Buffer2D, Buffer4D};

#[allow(missing_docs, clippy::all)]
mod models {
    include!(concat!(env!("OUT_DIR"), "/peer.rs"));
}

pub use models::{Ad, Kws, Vww};

/// An image (row major, channels last) as the peer takes it. `input` has `H * W * C` elements.
pub fn image<const H: usize, const W: usize, const C: usize>(input: &[i8]) -> Buffer4D<i8, 1, H, W, C> {
    [Buffer2D::from_fn(|y, x| array::from_fn(|c| input[(y * W + x) * C + c]))]
}

/// A vector of `N` elements as the peer takes it.
pub fn vector<const N: usize>(input: &[i8]) -> Buffer2D<i8, 1, N> {
    Buffer2D::from_fn(|_, i| input[i])
}

/// The integers that the peer's real outputs stand for.
pub fn integers<const N: usize>(output: &Buffer2D<f32, 1, N>, info: &tinyml::TensorInfo) -> Vec<i8> {
    output.iter().map(|real| ((real / info.scale).round() + info.zero_point as f32) as i8).collect()
}
