//! What operators of several families share.

pub mod axes;
pub mod channels;
pub mod channelwise;
pub mod dot;
pub mod extents;
pub mod helium;
pub mod high_mul;
pub mod matrix;
pub mod quantised;
pub mod remembered;
pub mod rescale;
pub mod scaling;
pub mod weighted;
pub mod window;

#[cfg(test)]
pub(crate) mod single;
