//! A path of two lines, of which the second looks like an instruction for Cargo, and a mark that turns text around.

tinyml::include_model!("$TINYML_TEST_MODELS/net\ncargo::warning=\u{202e}.tflite");

fn main() {}
