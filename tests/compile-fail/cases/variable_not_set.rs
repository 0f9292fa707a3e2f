//! The path begins with a variable that is not set.

tinyml::include_model!("$TINYML_NOT_SET/picture.tflite");

fn main() {
    let mut model = picture::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), picture::ARENA_BYTES, picture::INPUT.shape);
}
