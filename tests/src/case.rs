//! Golden cases: folders with a model, inputs and the outputs that a reference computed for them; and folders of a family of models, whose
//! goldens are in one file.
//!
//! Shared by the test suites and, through `#[path]`, by the build script that generates code for every case.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use tinyml_codegen::config::Options;
use tinyml_codegen::data;
use tinyml_codegen::ir::Value;
use tinyml_codegen::source::Source;

/// The environment variable that names a folder of further models (`*.tflite`) with their goldens in `golden/*.npz`.
pub const ZOO_VARIABLE: &str = "TINYML_MODEL_ZOO";

/// Environment variable that leaves only cases whose names begin with one of these words, separated by commas: for work on an operator.
pub const CASES_VARIABLE: &str = "TINYML_CASES";

/// `case.toml`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    /// What the case is about.
    #[allow(dead_code)]
    description: String,
    /// The script, tool and versions that made model and goldens.
    #[allow(dead_code)]
    made_by: String,
    /// Options that the model is compiled with, by the names that `include_model!` uses.
    #[serde(default)]
    options: BTreeMap<String, String>,
    /// Before which steps the model is reset. Its presence makes the goldens a sequence: the model keeps its state from one step to
    /// the next.
    resets: Option<Vec<usize>>,
    /// How outputs are compared.
    #[serde(default)]
    compare: Compare,
}

/// How outputs are compared with the goldens: identical by default.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Compare {
    /// Largest difference of an element (steps for integers).
    pub max_abs: f64,
    /// Smallest share of elements that are equal. Looked at only if `max_abs` is not 0.
    pub equal: f64,
    /// From which stage on `equal` holds, where the reference computes operators together that the file has apart. Before the
    /// pass that does the same, only `max_abs` holds.
    #[serde(default)]
    pub equal_after: Option<String>,
}

impl Default for Compare {
    fn default() -> Self {
        Compare { max_abs: 0.0, equal: 0.0, equal_after: None }
    }
}

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    /// The folder's name; of the zoo's models, the file's stem behind `zoo-`.
    pub name: String,
    /// The model file; may be gzipped (`.gz`).
    pub model: PathBuf,
    /// The file with the goldens.
    pub golden: PathBuf,
    /// What the names of its arrays begin with in that file.
    pub prefix: String,
    /// Options to compile with.
    pub options: Options,
    /// Of a sequence: before which steps the model is reset.
    pub resets: Option<Vec<usize>>,
    /// How outputs are compared.
    pub compare: Compare,
}

/// Inputs and the outputs that belong to them, in the model file's own layout and types.
#[derive(Clone, Debug)]
pub struct Vector {
    /// One value for each input.
    pub inputs: Vec<Value>,
    /// One value for each output.
    pub outputs: Vec<Value>,
}

/// All cases: the folders below `folder`, and the zoo's models if there is a zoo. The error names the case and the fault.
pub fn discover(folder: &Path, zoo: Option<&Path>) -> Result<Vec<Case>, String> {
    let mut cases = Vec::new();
    for entry in sorted(folder)? {
        // Without the feature the ONNX cases are left out.
        let readable = cfg!(feature = "onnx") || !entry.join("model.onnx").is_file();
        if readable && entry.join("case.toml").is_file() {
            cases.push(Case::read(&entry)?);
        }
        if entry.join("family.toml").is_file() {
            cases.extend(Case::read_family(&entry)?);
        }
    }
    for model in zoo.map(sorted).transpose()?.unwrap_or_default() {
        let stem = model.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let golden = model.with_file_name("golden").join(format!("{stem}.npz"));
        if model.extension().is_some_and(|extension| extension == "tflite") && golden.is_file() {
            cases.push(Case::of_zoo(&stem, model, golden));
        }
    }
    if let Ok(chosen) = std::env::var(CASES_VARIABLE) {
        cases.retain(|case| chosen.split(',').any(|begin| case.name.starts_with(begin)));
    }
    Ok(cases)
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let entries = fs::read_dir(folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    Ok(paths)
}

impl Case {
    fn read(folder: &Path) -> Result<Case, String> {
        let (name, manifest) = Case::manifest(folder, "case.toml")?;
        let model = ["model.tflite", "model.tflite.gz", "model.onnx"]
            .into_iter()
            .map(|file| folder.join(file))
            .find(|file| file.is_file())
            .ok_or_else(|| format!("{name}: there is no model"))?;
        Case::new(folder, name, model, String::new(), &manifest)
    }

    /// The cases of a family: every model beside `family.toml`. The arrays of `NAME.tflite` are `NAME.in0_0` and so on.
    fn read_family(folder: &Path) -> Result<Vec<Case>, String> {
        let (family, manifest) = Case::manifest(folder, "family.toml")?;
        let mut cases = Vec::new();
        for model in sorted(folder)? {
            let kind = model.extension().unwrap_or_default();
            let Some(stem) = model.file_stem().and_then(|stem| stem.to_str()) else { continue };
            if kind == "tflite" || (kind == "onnx" && cfg!(feature = "onnx")) {
                let (name, prefix) = (format!("{family}-{stem}"), format!("{stem}."));
                cases.push(Case::new(folder, name, model.clone(), prefix, &manifest)?);
            }
        }
        Ok(cases)
    }

    /// The folder's name, and what its description says.
    fn manifest(folder: &Path, file: &str) -> Result<(String, Manifest), String> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(folder.join(file)).map_err(|fault| format!("{name}: {fault}"))?;
        let manifest = toml::from_str(&text).map_err(|fault| format!("{name}/{file}: {fault}"))?;
        Ok((name, manifest))
    }

    fn new(
        folder: &Path,
        name: String,
        model: PathBuf,
        prefix: String,
        manifest: &Manifest,
    ) -> Result<Case, String> {
        let mut options = Options::default();
        for (option, value) in &manifest.options {
            let value = match Options::is_path(option, value) {
                true => folder.join(value).display().to_string(),
                false => value.clone(),
            };
            options.set(option, &value).map_err(|fault| format!("{name}: {fault}"))?;
        }
        let golden = folder.join("golden.npz");
        let (resets, compare) = (manifest.resets.clone(), manifest.compare.clone());
        Ok(Case { name, model, golden, prefix, options, resets, compare })
    }

    fn of_zoo(stem: &str, model: PathBuf, golden: PathBuf) -> Case {
        let float = stem.ends_with("float");
        let mut options = Options::default();
        let mut compare = Compare::default();
        if float {
            options.precision = tinyml_codegen::config::Precision::F32;
            compare.max_abs = 1e-5;
        }
        let (name, prefix) = (format!("zoo-{stem}"), String::new());
        Case { name, model, golden, prefix, options, resets: None, compare }
    }

    /// The case's name as a Rust identifier.
    pub fn ident(&self) -> String {
        tinyml_codegen::names::snake_case(&self.name)
    }

    /// The model, unpacked.
    pub fn source(&self) -> Result<Source, String> {
        let bytes = fs::read(&self.model).map_err(|fault| format!("{}: {fault}", self.model.display()))?;
        if self.model.extension().is_none_or(|extension| extension != "gz") {
            return Ok(Source { path: self.model.clone(), bytes });
        }
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(bytes.as_slice())
            .read_to_end(&mut unpacked)
            .map_err(|fault| format!("{}: {fault}", self.model.display()))?;
        Ok(Source { path: self.model.with_extension(""), bytes: unpacked })
    }

    /// Whether the model is reset before the vector `number`: where it is no step of a sequence, always.
    pub fn begins_anew(&self, number: usize) -> bool {
        self.resets.as_ref().is_none_or(|resets| resets.contains(&number))
    }

    /// The test vectors: arrays `in{input}_{vector}` and `out{output}_{vector}`; of a sequence `in{input}` and `out{output}`, whose
    /// first axis is the step.
    pub fn vectors(&self) -> Result<Vec<Vector>, String> {
        let arrays: BTreeMap<String, Value> =
            data::read(&self.golden).map_err(|fault| fault.to_string())?.into_iter().collect();
        let group = |role: &str, vector: usize| -> Vec<Value> {
            let array = |index: usize| match self.resets {
                None => arrays.get(&format!("{}{role}{index}_{vector}", self.prefix)).cloned(),
                Some(_) => step(arrays.get(&format!("{}{role}{index}", self.prefix))?, vector),
            };
            (0..).map_while(array).collect()
        };
        let vectors: Vec<_> = (0..)
            .map(|vector| Vector { inputs: group("in", vector), outputs: group("out", vector) })
            .take_while(|vector| !vector.inputs.is_empty())
            .collect();
        match vectors.is_empty() || vectors.iter().any(|vector| vector.outputs.is_empty()) {
            true => Err(format!("{}: there are no golden arrays in0_0 and out0_0", self.golden.display())),
            false => Ok(vectors),
        }
    }
}

/// One step of a sequence.
fn step(sequence: &Value, number: usize) -> Option<Value> {
    let (&steps, dims) = sequence.shape().dims().split_first()?;
    let elements = sequence.len().checked_div(steps)?;
    if number < steps { sequence.part(dims.to_vec(), number * elements) } else { None }
}
