//! The model was not fetched by git-lfs.

tinyml::include_model!("$TINYML_TEST_MODELS/pointer.onnx");

fn main() {
    let mut model = pointer::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), pointer::ARENA_BYTES, pointer::INPUT.shape);
}
