//! The model needs more RAM than the board has.

tinyml::include_model!("$TINYML_TEST_MODELS/large.tflite", board = "microbit-v1");

fn main() {
    let mut model = large::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), large::ARENA_BYTES, large::INPUT.shape);
}
