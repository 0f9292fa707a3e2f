//! What the compiler tells about a compiled model.

pub mod chains;
pub mod memory;
pub mod slices;
pub mod trade;
pub mod window;
