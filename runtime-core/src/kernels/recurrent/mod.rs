//! Layers that remember: what they keep is an operand and a result of the same places.

pub mod gru_f32;
pub mod lstm_f32;
pub mod lstm_s8;
pub mod rnn_f32;
pub(crate) mod sequence;
pub(crate) mod svdf;
pub mod svdf_f32;
pub mod svdf_s16;
pub mod svdf_s8;
