//! Calibration data whose last rows make no whole example.

tinyml::include_model!("$TINYML_TEST_MODELS/vector.onnx", calibration = "$TINYML_TEST_MODELS/left_over.npz");

fn main() {
    let mut model = vector::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), vector::ARENA_BYTES, vector::INPUT.shape);
}
