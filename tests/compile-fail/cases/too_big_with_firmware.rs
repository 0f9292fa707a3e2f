//! The model fits the board, but not beside the rest of the firmware.

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite", board = "microbit-v1", reserve_ram = 16_000);

fn main() {
    let mut model = picture::Model::new();
    let scores = model.run(&[0i8; 48]);
    println!("{:?} {} {:?}", scores.iter().max(), picture::ARENA_BYTES, picture::INPUT.shape);
}
