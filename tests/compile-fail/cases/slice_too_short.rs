//! Slices that are shorter than what a kernel does at once.

tinyml::include_model!("$TINYML_TEST_MODELS/large.tflite", slice = 100, core = "cortex-m4");

fn main() {
    let _ = large::Model::new().begin(&[0; 96 * 96 * 3]).finish();
}
