//! Extents that the file leaves open.

tinyml::include_model!("$TINYML_TEST_MODELS/dynamic.onnx", precision = "f32");

fn main() {
    let mut model = dynamic::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), dynamic::ARENA_BYTES, dynamic::INPUT.shape);
}
