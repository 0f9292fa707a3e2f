//! Neither ONNX nor TFLite.

tinyml::include_model!("$TINYML_TEST_MODELS/notes.txt");

fn main() {
    let mut model = notes::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), notes::ARENA_BYTES, notes::INPUT.shape);
}
