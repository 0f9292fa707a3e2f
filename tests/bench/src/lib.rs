//! The models that are measured: the committed cases of the MLPerf Tiny shapes and the keyword spotter of the examples, compiled
//! by tinyml and, where it can load them, by the peer microflow.
//!
//! `cargo bench` measures the time of an inference (benches/models.rs), `cargo run --release` compares the outputs with the
//! goldens (src/main.rs).

pub mod peer;
pub mod vectors;

tinyml::include_model!(pub mod kws = "../cases/mlperf-kws-shaped/model.tflite");
tinyml::include_model!(pub mod ic = "../cases/mlperf-ic-shaped/model.tflite");
tinyml::include_model!(pub mod vww = "$OUT_DIR/vww.tflite");
tinyml::include_model!(pub mod ad = "../cases/mlperf-ad-shaped/model.tflite");
tinyml::include_model!(
    pub mod spotter_int8 = "../../examples/models/kws.onnx",
    calibration = "../../examples/models/kws.calibration.npz"
);
tinyml::include_model!(pub mod spotter_f32 = "../../examples/models/kws.onnx", precision = "f32");
