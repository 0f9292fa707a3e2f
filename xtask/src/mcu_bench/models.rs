//! The models that are measured.

use std::env;
use std::path::{Path, PathBuf};

use super::baseline::Of;
use super::golden;
use super::modes::Mode;
use super::module::Input;
use crate::runner::root;

/// A model to measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Model {
    /// What it is called in tables and in the baseline.
    pub(super) name: String,
    /// The file.
    pub(super) file: PathBuf,
    /// Options for `tinyml compile`.
    pub(super) options: Vec<String>,
    /// Inputs with the results that a reference computed for them.
    pub(super) golden: Option<PathBuf>,
    /// The committed figures that it belongs to.
    pub(super) baseline: Option<Of>,
    /// The modes that the committed figures are of, besides the default.
    pub(super) modes: &'static [Mode],
}

/// The golden cases that are measured unless others are named: the shapes of MLPerf Tiny's four models, a step of a wake word that
/// keeps its windows, and one that is given whole windows.
const CASES: [&str; 6] = [
    "mlperf-kws-shaped",
    "mlperf-ic-shaped",
    "mlperf-vww-shaped",
    "mlperf-ad-shaped",
    "stream-wake-word",
    "slide-wake-word",
];

/// What the name of a model ends with that is given the new rows of its window, step by step.
pub(super) const BY_STEPS: &str = "-by-steps";

/// Those of the cases and examples that are measured so, too.
const STEPPED: [&str; 3] = ["slide-wake-word-by-steps", "mlperf-kws-shaped-by-steps", "kws-by-steps"];

/// The models of MLPerf Tiny, in the zoo.
const ZOO: [&str; 4] =
    ["mlperf_tiny_kws_int8", "mlperf_tiny_ic_int8", "mlperf_tiny_vww_int8", "mlperf_tiny_ad_int8"];

/// The modes of the networks of MLPerf Tiny. One of fully connected layers alone has no rows to be fed by; one with states takes whole
/// inputs, of a few rows.
fn modes(name: &str) -> &'static [Mode] {
    match name {
        "stream-wake-word" | "slide-wake-word" => &[],
        "mlperf-ad-shaped" | "mlperf_tiny_ad_int8" => &[Mode::Ram],
        _ => &[Mode::Ram, Mode::RamRows],
    }
}

/// The models to measure: those named, or all in the repository and, if there is a zoo, MLPerf Tiny's.
///
/// # Errors
/// A model is not there.
pub(super) fn choose(named: &[String]) -> Result<Vec<Model>, String> {
    if !named.is_empty() {
        return named.iter().map(|name| find(name)).collect();
    }
    let mut models: Vec<_> = CASES.iter().map(|name| find(name)).collect::<Result<_, _>>()?;
    models.push(find("kws")?);
    for name in STEPPED {
        models.push(find(name)?);
    }
    if zoo().is_some() {
        for name in ZOO {
            models.push(find(name)?);
        }
    } else {
        eprintln!("TINYML_MODEL_ZOO is not set: the models of MLPerf Tiny themselves are NOT measured");
    }
    Ok(models)
}

/// The place of a model's figures in tables: cases first, then examples, then the zoo.
pub(super) fn order(name: &str) -> usize {
    let known = CASES.iter().chain(&["kws"]).chain(&STEPPED).chain(&ZOO);
    known.clone().position(|known| *known == name).unwrap_or(known.count())
}

/// Whether the compiler's cost models are fitted to the model's layers (tests/cost-models).
pub(super) fn is_for_costs(name: &str) -> bool {
    name.starts_with("cost-")
}

fn zoo() -> Option<PathBuf> {
    env::var_os("TINYML_MODEL_ZOO").map(PathBuf::from)
}

/// A model by the name of a golden case, of a cost model's layers (tests/cost-models), of an example, or of a file in the zoo; or by its path.
pub(super) fn find(name: &str) -> Result<Model, String> {
    if let Some(whole) = name.strip_suffix(BY_STEPS) {
        let mut model = Model { name: name.to_owned(), modes: &[], ..find(whole)? };
        model.options.extend(["--input".to_owned(), "stream".to_owned()]);
        return Ok(model);
    }
    let model = |file: PathBuf, baseline| Model {
        name: name.to_owned(),
        file,
        options: Vec::new(),
        golden: None,
        baseline,
        modes: if CASES.contains(&name) || ZOO.contains(&name) { modes(name) } else { &[] },
    };
    let case = root().join("tests/cases").join(name);
    for file in ["model.tflite", "model.tflite.gz", "model.onnx"] {
        if case.join(file).is_file() {
            let golden = Some(case.join("golden.npz"));
            let baseline = CASES.contains(&name).then_some(Of::Committed);
            return Ok(Model { golden, ..model(case.join(file), baseline) });
        }
    }
    for ending in ["tflite.gz", "onnx"] {
        let file = root().join("tests/cost-models").join(format!("{name}.{ending}"));
        if file.is_file() {
            return Ok(model(file, None));
        }
    }
    let example = root().join("examples/models").join(format!("{name}.onnx"));
    if example.is_file() {
        let calibration = example.with_extension("calibration.npz");
        let options = vec!["--calibration".to_owned(), calibration.display().to_string()];
        return Ok(Model { options, ..model(example, Some(Of::Committed)) });
    }
    if let Some(zoo) = zoo().filter(|zoo| zoo.join(format!("{name}.tflite")).is_file()) {
        let golden = Some(zoo.join("golden").join(format!("{name}.npz"))).filter(|file| file.is_file());
        let baseline = ZOO.contains(&name).then_some(Of::Zoo);
        return Ok(Model { golden, ..model(zoo.join(format!("{name}.tflite")), baseline) });
    }
    let path = Path::new(name);
    if path.is_file() {
        let absolute = path.canonicalize().map_err(|fault| format!("{name}: {fault}"))?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(Model { name: stem, ..model(absolute, None) });
    }
    Err(format!(
        "there is no model `{name}`: not a case in tests/cases, an example in examples/models, a file of TINYML_MODEL_ZOO, or a path"
    ))
}

impl Model {
    /// Whether it is an ONNX file.
    pub(super) fn is_onnx(&self) -> bool {
        self.file.extension().is_some_and(|extension| extension == "onnx")
    }

    /// Bytes for the inputs, and the results that belong to them if a reference computed some. Without a reference the inputs are
    /// noise, always the same.
    ///
    /// # Errors
    /// The file with the goldens cannot be read.
    pub(super) fn vector(&self, inputs: &[Input]) -> Result<(Vec<u8>, Option<Vec<u8>>), String> {
        match &self.golden {
            // An ONNX file's goldens are in its own layout, not in the generated code's.
            Some(golden) if !self.is_onnx() => {
                let (inputs, outputs) = golden::first(golden)?;
                Ok((inputs, Some(outputs)))
            }
            _ => Ok((noise(inputs), None)),
        }
    }
}

/// Numbers that look random: all values of integers, floats from -1 to 1.
fn noise(inputs: &[Input]) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        // The generator of Knuth's MMIX.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 32) as i32
    };
    let mut bytes = Vec::new();
    for input in inputs {
        for _ in 0..input.elements {
            match input.element.as_str() {
                "f32" => bytes.extend((next() as f32 / 2_147_483_648.0).to_le_bytes()),
                "i32" | "u32" => bytes.extend(next().to_le_bytes()),
                "i16" | "u16" => bytes.extend(((next() >> 16) as i16).to_le_bytes()),
                _ => bytes.push((next() >> 24) as u8),
            }
        }
    }
    bytes
}

#[cfg(test)]
mod test {
    use super::{Input, Of, choose, find, noise};

    #[test]
    fn models_are_found_by_case_example_and_path() {
        let case = find("mlperf-vww-shaped").unwrap();
        assert!(case.file.ends_with("mlperf-vww-shaped/model.tflite.gz") && case.golden.is_some());
        let example = find("kws").unwrap();
        assert!(
            example.baseline == Some(Of::Committed) && example.options[1].ends_with("kws.calibration.npz")
        );
        let path = find(&case.file.display().to_string()).unwrap();
        assert!(path.baseline.is_none() && path.golden.is_none());
        assert!(find("no-such").unwrap_err().contains("no-such"));
        assert_eq!(choose(&["kws".to_owned()]).unwrap(), [example]);
    }

    #[test]
    fn noise_has_the_size_and_the_values_of_its_elements() {
        let input = |element: &str, elements| Input { element: element.to_owned(), elements };
        let bytes = noise(&[input("i8", 3), input("f32", 100), input("i16", 2)]);
        assert_eq!(bytes.len(), 3 + 400 + 4);
        let floats = bytes[3..403].chunks(4).map(|four| f32::from_le_bytes(four.try_into().unwrap()));
        assert!(floats.clone().all(|value| (-1.0..=1.0).contains(&value)) && floats.sum::<f32>() != 0.0);
        assert_eq!(bytes, noise(&[input("i8", 3), input("f32", 100), input("i16", 2)]));
    }
}
