//! What is said of model files that are refused: for each `NAME.tflite` and `NAME.onnx` the messages in `NAME.txt`, all of them.
//! `tests/cases/make/refused_forms.py`, `refused_onnx.py` and `refused_trees.py` make the files; `TINYML_BLESS=1` writes the messages.
#![cfg(all(feature = "onnx", feature = "tflite"))]

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use tinyml_codegen::config::{Options, Precision};
use tinyml_codegen::module::{compile, default_runtime};
use tinyml_codegen::source::Source;

/// What any of the files may take, also in an unoptimised build on a busy machine.
const AT_ONCE: Duration = Duration::from_secs(10);

fn files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/refused");
    let entries = std::fs::read_dir(folder).expect("the folder is there");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a readable folder").path()).collect();
    files.retain(|path| {
        path.extension().is_some_and(|extension| extension == "tflite" || extension == "onnx")
    });
    files.sort();
    files
}

#[test]
fn refusals_name_all_faults_at_once() {
    let files = files();
    assert!(files.len() > 30, "the files are not where they are looked for");
    let mut wrong = Vec::new();
    for path in files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        // The name alone, so that messages do not depend on the folder.
        let source =
            Source { path: PathBuf::from(&name), bytes: std::fs::read(&path).expect("a readable file") };
        let start = Instant::now();
        // Where float models would ask for example data, ask for none.
        let precision = if name.ends_with(".onnx") { Precision::F32 } else { Precision::Int8 };
        let options = Options { precision, ..Options::default() };
        let Err(found) = compile(&source, &options, &default_runtime()) else {
            wrong.push(format!("{name} is not refused"));
            continue;
        };
        assert!(start.elapsed() < AT_ONCE, "{name} took {:?}", start.elapsed());
        let found = format!("{found}\n");
        for fault in found.split("\nerror:") {
            assert!(fault.contains("at: "), "{name}: without a place: {fault}");
            assert!(fault.contains("help: "), "{name}: without a way out: {fault}");
        }
        let text = path.with_extension("txt");
        if std::env::var_os("TINYML_BLESS").is_some() {
            std::fs::write(&text, found).expect("a writable folder");
        } else if std::fs::read_to_string(&text).ok().as_deref() != Some(found.as_str()) {
            wrong.push(format!("{name}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
