//! Two wrong options give two errors, each at its place.

tinyml::include_model!(
    "$TINYML_TEST_MODELS/picture.tflite",
    calibrator = "average",
    reserve_ram = "16 KB",
);

fn main() {
    let _ = picture::Model::new();
}
