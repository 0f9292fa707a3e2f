//! The keyword spotter `examples/models/kws.onnx`, compiled as int8 and as f32, and recordings to try it on.
#![forbid(unsafe_code)]

pub mod recordings;

tinyml::include_model!(pub mod kws = "../models/kws.onnx", calibration = "../models/kws.calibration.npz");
tinyml::include_model!(pub mod kws_f32 = "../models/kws.onnx", precision = "f32");

/// The index of the largest element.
pub fn largest(values: &[f32]) -> usize {
    (0..values.len()).max_by(|&a, &b| values[a].total_cmp(&values[b])).unwrap_or(0)
}
