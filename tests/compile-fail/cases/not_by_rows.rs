//! A fully connected network has no rows that it could be fed.

tinyml::include_model!(
    "$TINYML_TEST_MODELS/dense.onnx",
    calibration = "$TINYML_TEST_MODELS/dense.npz",
    input = "rows"
);

fn main() {}
