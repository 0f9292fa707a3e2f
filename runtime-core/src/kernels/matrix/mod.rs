//! Products of matrices.

pub(crate) mod batch_matmul;
pub(crate) mod fully_connected;
pub mod fully_connected_blocks_s8;
pub mod fully_connected_dsp_s8;
pub mod fully_connected_f32;
pub mod fully_connected_s8;
