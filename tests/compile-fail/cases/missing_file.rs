//! There is no such file; what the firmware does with the model adds no error.

tinyml::include_model!("$TINYML_TEST_MODELS/missing.onnx");

fn main() {
    let mut model = missing::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), missing::ARENA_BYTES, missing::INPUT.shape);
}
