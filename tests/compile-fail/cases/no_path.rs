//! The path is missing.

tinyml::include_model!(board = "pico");

fn main() {
    let mut model = model::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), model::ARENA_BYTES, model::INPUT.shape);
}
