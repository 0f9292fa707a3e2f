//! Two faults of one model give two errors.

tinyml::include_model!("$TINYML_TEST_MODELS/two_faults.tflite");

fn main() {
    let mut model = two_faults::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), two_faults::ARENA_BYTES, two_faults::INPUT.shape);
}
