//! No transposition survives in what frameworks export: the importer holds images with their channels innermost, and passes take
//! the rest into constants. Checked with every ONNX case that there is.

#![cfg(feature = "onnx")]

use std::fs;
use std::path::{Path, PathBuf};

use tinyml_codegen::config::Options;
use tinyml_codegen::pipeline;
use tinyml_codegen::source::Source;

/// Cases that need one, and how many.
const NEEDED: &[(&str, usize)] = &[
    // A softmax over the rows of a tensor works on the last axis of a matrix, and the result has the file's order.
    ("onnx-softmax-rows", 2),
    // The file transposes its output itself.
    ("onnx-transpose", 1),
    // A matrix that is computed is read by columns.
    ("onnx-gemm-transposed", 1),
    // A flattened image is an output, in the file's order.
    ("onnx-any-order", 1),
    ("onnx-outputs-alike", 1),
];

/// The ONNX cases' folders, sorted by name.
fn cases() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases");
    let entries = fs::read_dir(&root).unwrap_or_else(|error| panic!("{}: {error}", root.display()));
    let mut folders: Vec<PathBuf> =
        entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    folders.retain(|folder| folder.join("model.onnx").is_file());
    folders.sort();
    folders
}

/// The operators of the finished graph.
fn operators(folder: &Path) -> Vec<&'static str> {
    let source = Source::read(folder.join("model.onnx")).expect("the model can be read");
    let manifest = fs::read_to_string(folder.join("case.toml")).expect("the case says what it is");
    let manifest: toml::Table = manifest.parse().expect("the case is TOML");
    let mut options = Options::default();
    for (name, value) in manifest.get("options").and_then(toml::Value::as_table).into_iter().flatten() {
        let value = value.as_str().expect("options are strings");
        let path = folder.join(value).display().to_string();
        let value = if Options::is_path(name, value) { &path } else { value };
        options.set(name, value).unwrap_or_else(|fault| panic!("{}: {fault}", folder.display()));
    }
    let optimised = pipeline::optimise(&source, &options, &mut |_, _| {});
    let graph = optimised.unwrap_or_else(|faults| panic!("{}: {faults}", folder.display())).graph;
    graph.nodes().map(|(_, node)| node.op.name()).collect()
}

#[test]
fn only_those_survive_that_must() {
    let mut wrong = Vec::new();
    let folders = cases();
    for folder in &folders {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let transposes = operators(folder).iter().filter(|&&name| name == "transpose").count();
        let needed = NEEDED.iter().find(|(case, _)| *case == name).map_or(0, |&(_, count)| count);
        if transposes != needed {
            wrong.push(format!("{name}: {transposes} transposes, needed {needed}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // Both exporters of PyTorch, tf2onnx and onnxruntime's quantiser are among them.
    for prefix in ["onnx-torch-torchscript", "onnx-torch-dynamo", "onnx-keras", "onnx-qdq", "onnx-qop"] {
        assert!(folders.iter().any(|folder| folder.to_string_lossy().contains(prefix)), "{prefix}");
    }
}

/// A file in which something is quantised has no convolution, layer or sum in real numbers left.
#[test]
fn quantised_files_compute_with_integers() {
    for folder in cases() {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if !name.contains("-qdq-") && !name.contains("-qop-") {
            continue;
        }
        let conversions =
            operators(&folder).iter().filter(|&&name| matches!(name, "quantize" | "dequantize")).count();
        // onnxruntime's quantiser does not know Sub, and leaves it in real numbers between two conversions.
        let left = if name.ends_with("-residual") && name.contains("-torch-") { 2 } else { 0 };
        assert_eq!(conversions, left, "{name}");
    }
}
