//! An option whose value is no literal.

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite", board = pico);

fn main() {
    let mut model = picture::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), picture::ARENA_BYTES, picture::INPUT.shape);
}
