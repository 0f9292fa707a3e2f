//! The keyword spotter `examples/models/kws.onnx`, compiled as int8 and as f32.
#![forbid(unsafe_code)]

tinyml::include_model!(
    pub mod kws = "../models/kws.onnx",
    calibration = "../models/kws.calibration.npz",
    accept = "../models/kws.accept.json"
);
tinyml::include_model!(pub mod kws_f32 = "../models/kws.onnx", precision = "f32");
