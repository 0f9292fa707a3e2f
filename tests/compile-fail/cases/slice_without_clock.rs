//! A time without a board, whose clock says how many cycles that is.

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite", slice = 2ms, core = "cortex-m4");

fn main() {
    let _ = picture::Model::new().begin(&[0; 48]).finish();
}
