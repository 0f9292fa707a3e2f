//! A model that is fed by rows has no slices.

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite", input = "rows", slice = 100_000);

fn main() {
    let _ = picture::Model::new();
}
