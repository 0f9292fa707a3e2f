//! The keyword spotter on its test set: how many answers are right, and how near the quantised forms are to what they come from.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use kws_clips::largest;
use kws_host::{kws, kws_f32};
use kws_recordings::Recordings;
use ndarray::Array2;
use ndarray_npy::NpzReader;

tinyml::include_model!(mod qdq_int8 = "../models/kws/onnxruntime/qdq_int8.onnx");
tinyml::include_model!(mod qdq_uint8 = "../models/kws/onnxruntime/qdq_uint8.onnx");
tinyml::include_model!(mod qop_int8 = "../models/kws/onnxruntime/qop_int8.onnx");
tinyml::include_model!(mod qop_uint8 = "../models/kws/onnxruntime/qop_uint8.onnx");

type Outcome = Result<(), Box<dyn Error>>;

/// The share of the test set for which `hit` holds, in per cent.
fn share(set: &Recordings, mut hit: impl FnMut(&[f32; 490], usize) -> bool) -> f64 {
    let hits = set.iter().filter(|(_, features, label)| hit(features, *label)).count();
    100.0 * hits as f64 / set.iter().count() as f64
}

#[test]
fn of_voices_that_were_not_trained_on() -> Outcome {
    let set = Recordings::test_set()?;
    assert!(set.iter().count() >= 400);
    let (mut int8, mut float) = (Box::new(kws::Model::new()), Box::new(kws_f32::Model::new()));
    let of_float = share(&set, |x, label| largest(&float.run_f32(x)) == label);
    let of_int8 = share(&set, |x, label| largest(&int8.run_f32(x)) == label);
    let agreement = share(&set, |x, _| largest(&int8.run_f32(x)) == largest(&float.run_f32(x)));
    println!("accuracy: f32 {of_float:.2} %, int8 {of_int8:.2} %; the same class: {agreement:.2} %");
    assert!(of_float >= 95.0, "f32 {of_float:.2} %");
    assert!(of_int8 >= of_float - 1.0, "int8 {of_int8:.2} %, f32 {of_float:.2} %");
    assert!(agreement >= 98.0, "int8 and f32 give the same class for {agreement:.2} %");
    Ok(())
}

#[test]
fn float_form_is_onnxruntimes() -> Outcome {
    let expected: Array2<f32> = array("testset.npz", "probabilities")?;
    let mut model = Box::new(kws_f32::Model::new());
    for ((name, features, _), expected) in Recordings::test_set()?.iter().zip(expected.rows()) {
        for (found, expected) in model.run_f32(features).iter().zip(expected) {
            assert!((found - expected).abs() <= 1e-5, "{name}: {found}, onnxruntime has {expected}");
        }
    }
    Ok(())
}

/// Compares a model that onnxruntime quantised with what onnxruntime's default session answers: at least 99.9 % of the outputs
/// are equal, none is more than a step off.
macro_rules! as_onnxruntime {
    ($($model:ident)*) => {$(
        #[test]
        fn $model() -> Outcome {
            let expected: Array2<f32> =
                array(concat!("onnxruntime/", stringify!($model), ".golden.npz"), "probabilities_enable_all")?;
            let step = self::$model::OUTPUT.scale;
            let mut model = Box::new(self::$model::Model::new());
            let (mut outputs, mut equal, mut farthest) = (0u32, 0u32, 0.0f32);
            for ((_, features, _), expected) in Recordings::test_set()?.iter().zip(expected.rows()) {
                for (found, expected) in model.run_f32(features).iter().zip(expected) {
                    let steps = ((found - expected) / step).round().abs();
                    farthest = farthest.max(steps);
                    outputs += 1;
                    equal += u32::from(steps == 0.0);
                }
            }
            let summary = format!("{equal} of {outputs} outputs are onnxruntime's, the others up to {farthest} steps off");
            println!("{summary}");
            assert!(outputs >= 4800 && f64::from(equal) >= 0.999 * f64::from(outputs) && farthest <= 1.0, "{summary}");
            Ok(())
        }
    )*};
}
as_onnxruntime!(qdq_int8 qdq_uint8 qop_int8 qop_uint8);

fn array(file: &str, name: &str) -> Result<Array2<f32>, Box<dyn Error>> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models/kws").join(file);
    let file = File::open(&path).map_err(|fault| format!("{}: {fault}", path.display()))?;
    Ok(NpzReader::new(file)?.by_name(name)?)
}
