//! Classical models: forests and what stands around them.

pub mod class_label_f32;
pub mod tree_ensemble_f32;
