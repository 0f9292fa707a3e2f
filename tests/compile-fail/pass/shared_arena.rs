//! Three models that take turns in one arena, which is as large as the largest needs it.
#![forbid(unsafe_code)]
#![deny(warnings)]

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite");
tinyml::include_model!("$TINYML_TEST_MODELS/large.tflite");

/// Models may be anywhere.
pub mod models {
    tinyml::include_model!(pub mod again = "$TINYML_TEST_MODELS/picture.tflite", core = "portable");
}

const BYTES: usize = tinyml::max_arena!(picture, large, models::again);

fn main() {
    static ARENA: std::sync::Mutex<tinyml::Arena<BYTES>> = std::sync::Mutex::new(tinyml::Arena::new());
    assert_eq!(BYTES, large::ARENA_BYTES);
    let Ok(mut arena) = ARENA.lock() else { return };
    let alone = *picture::Model::new().run(&[5; 48]);
    for _ in 0..2 {
        assert_eq!(large::Model::with_arena(&mut *arena).run(&[5; 96 * 96 * 3]).len(), 96 * 96 * 8);
        assert_eq!(*picture::Model::with_arena(&mut *arena).run(&[5; 48]), alone);
        // Written straight into the arena.
        let mut model = models::again::Model::with_arena(&mut *arena);
        model.input_mut().fill(5);
        assert_eq!(*model.infer(), alone);
    }
}
