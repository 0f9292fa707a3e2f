//! An option that is misspelled, and a value that is neither cycles nor a time.

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite", slise = 100_000, slice = "2 seconds");

fn main() {
    let _ = picture::Model::new();
}
