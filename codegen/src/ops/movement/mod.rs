//! Operators that move elements and change none.
//!
//! A movement of one operand says where the elements of its result come from, as a [`Map`](crate::ir::Map); `moved` makes an operator of
//! that, and `boxes` the copies that carry it out.

pub mod boxes;
#[cfg(any(feature = "onnx", feature = "tflite"))]
mod import;
pub mod moved;
pub mod strided;

super::operators! {
    concat,
    depth_to_space,
    pad,
    reshape,
    select,
    slice,
    space_to_depth,
    tile,
    transpose,
}
