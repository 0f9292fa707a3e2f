//! Two models that take turns in one arena.
#![forbid(unsafe_code)]
#![deny(warnings)]

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite");
tinyml::include_model!("$TINYML_TEST_MODELS/large.tflite");

fn main() {
    static ARENA: std::sync::Mutex<tinyml::Arena<{ large::ARENA_BYTES }>> = std::sync::Mutex::new(tinyml::Arena::new());
    let Ok(mut arena) = ARENA.lock() else { return };
    let alone = *picture::Model::new().run(&[5; 48]);
    assert_eq!(large::Model::with_arena(&mut *arena).run(&[5; 96 * 96 * 3]).len(), 96 * 96 * 8);
    assert_eq!(*picture::Model::with_arena(&mut *arena).run(&[5; 48]), alone);
}
