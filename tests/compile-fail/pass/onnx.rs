//! A float model, quantised at build time and in floating point.
#![deny(warnings)]

tinyml::include_model!("$TINYML_TEST_MODELS/dense.onnx", precision = "f32");
tinyml::include_model!(mod quantised = "$TINYML_TEST_MODELS/dense.onnx", calibration = "$TINYML_TEST_MODELS/dense.npz");
tinyml::include_model!(mod fixed = "$TINYML_TEST_MODELS/dynamic.onnx", input_shape = "1x3x6x5", precision = "f32");

fn main() {
    let features = [0.5, -0.25, 0.75, -0.5, 0.125, 1.0, -1.0, 0.25];
    let real = *dense::Model::new().run(&features);
    let scores: [f32; 4] = quantised::Model::new().run_f32(&features);
    let error = real.iter().zip(&scores).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
    let largest = real.iter().fold(0.0, |largest: f32, x| largest.max(x.abs()));
    assert!(error < 0.05 * largest, "{real:?} {scores:?}");
    assert_eq!(fixed::Model::new().run(&[0.0; 90]).len(), 6 * 5 * 4);
}
