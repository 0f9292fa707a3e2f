//! A model for one core, in a crate whose tests run on the host: the scalar kernels are taken there.

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite", core = "cortex-m4");

fn main() {
    let mut model = picture::Model::new();
    let scores = model.run(&[0i8; 48]);
    assert_eq!(scores.len(), picture::OUTPUT.shape.iter().product());
}
