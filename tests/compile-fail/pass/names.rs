//! Names of modules: a keyword as the file's stem, a name of one's own with each kind of visibility, two instances side by side.
#![deny(warnings)]

tinyml::include_model!("$TINYML_TEST_MODELS/match.tflite");
tinyml::include_model!(mod private = "$TINYML_TEST_MODELS/match.tflite");
tinyml::include_model!(pub(crate) mod r#loop = "$TINYML_TEST_MODELS/match.tflite",);

fn main() {
    let (mut a, mut b) = (r#match::Model::new(), r#match::Model::new());
    let (dark, bright) = (a.run(&[-100; 48]), b.run(&[100; 48]));
    assert_ne!(dark, bright);
    assert_eq!(bright, private::Model::new().run(&[100; 48]));
    assert_eq!(dark, r#loop::Model::new().run(&[-100; 48]));
}
