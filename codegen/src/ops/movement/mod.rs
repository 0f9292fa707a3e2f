//! Operators that move elements and change none.
//!
//! A movement of one operand says where the elements of its result come from, as a [`Map`](crate::ir::Map); `moved` makes an operator of
//! that, and `boxes` the copies that carry it out. `batches` takes batches of blocks apart again.

#[cfg(feature = "tflite")]
pub mod batches;
pub mod boxes;
#[cfg(any(feature = "onnx", feature = "tflite"))]
mod import;
pub mod moved;
pub mod strided;

super::operators! {
    batch_to_space: "blocks and crops are constants; convolutions between SPACE_TO_BATCH_ND and BATCH_TO_SPACE_ND have a stride of 1",
    concat: "operands and result have one quantisation, but for QLinearConcat",
    depth_to_space,
    pad: "the counts are constants; the value is one number",
    reshape: "the new shape is a constant, or computed from constants and shapes",
    select: "indices and sizes are constants; resizing takes the nearest place, or rows and columns are interpolated linearly",
    slice: "begins, ends, axes and steps are constants",
    space_to_batch: "blocks and paddings are constants",
    space_to_depth,
    tile: "counts are constants",
    transpose,
}
