//! The runtime under another name.
#![deny(warnings)]

mod inference {
    pub(crate) use tinyml as engine;
}

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite", crate = crate::inference::engine);

/// Hides the crate's own name from the generated code.
#[allow(dead_code)]
mod tinyml_is_hidden {
    pub(crate) struct NotTheCrate;
}

fn main() {
    assert_eq!(picture::Model::new().run(&[0; 48]).len(), 32);
}
