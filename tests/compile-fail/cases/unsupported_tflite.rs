//! A TFLite operator that the compiler does not have, used twice.

tinyml::include_model!("$TINYML_TEST_MODELS/unsupported.tflite");

fn main() {
    let mut model = unsupported::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), unsupported::ARENA_BYTES, unsupported::INPUT.shape);
}
