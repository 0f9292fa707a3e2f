//! Calibration data of another size.

tinyml::include_model!("$TINYML_TEST_MODELS/dense.onnx", calibration = "$TINYML_TEST_MODELS/wrong_shape.npz");

fn main() {
    let mut model = dense::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), dense::ARENA_BYTES, dense::INPUT.shape);
}
