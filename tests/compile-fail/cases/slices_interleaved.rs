//! Two models that share an arena cannot be in the middle of an inference at the same time.

tinyml::include_model!("$TINYML_TEST_MODELS/picture.tflite");
tinyml::include_model!("$TINYML_TEST_MODELS/dense.tflite", precision = "f32");

fn main() {
    let mut arena = tinyml::Arena::<{ tinyml::max_arena!(picture, dense) }>::new();
    let mut first = picture::Model::with_arena(&mut arena);
    let mut job = first.begin_infer();
    job.step();
    let mut second = dense::Model::with_arena(&mut arena);
    second.begin_infer().step();
    job.step();
}
