//! Damaged ONNX files that still are protobufs: fields are changed, moved, repeated and left out, and the lengths around them are
//! right. The compiler has an answer to each, code or messages, and soon. (Damage of single bytes is in the suite `mutations`.)

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::{Duration, Instant};

use tinyml_fuzz_targets::target;

/// Damaged copies of each sample.
const COPIES: u32 = 500;

/// Long enough for a slow machine under load, short enough to tell that something runs away.
const LONGEST: Duration = Duration::from_secs(10);

fn mutate(case: &str) {
    let target = target("onnx").expect("a target");
    let mutate = target.mutate.expect("ONNX files are changed field by field");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cases").join(case).join("model.onnx");
    let whole = fs::read(path).expect("the sample can be read");
    for number in 0..COPIES {
        let mut damaged = whole.clone();
        mutate(&mut damaged, number);
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&damaged)));
        assert!(outcome.is_ok(), "{case}, copy {number}: see above");
        assert!(start.elapsed() < LONGEST, "{case}, copy {number}: it took {:?}", start.elapsed());
    }
}

#[test]
fn of_a_float_model_with_computed_shapes() {
    mutate("onnx-torch-opset-11-residual");
}

#[test]
fn of_a_model_with_pools_in_nhwc() {
    mutate("onnx-keras-flat");
}

#[test]
fn of_quantised_operators() {
    mutate("onnx-qop-int8-residual");
}

#[test]
fn of_quantise_and_dequantise_pairs() {
    mutate("onnx-torch-qdq-uint8-separable");
}
