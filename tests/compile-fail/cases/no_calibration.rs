//! A float model without calibration data.

tinyml::include_model!("$TINYML_TEST_MODELS/dense.onnx");

fn main() {
    let mut model = dense::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), dense::ARENA_BYTES, dense::INPUT.shape);
}
