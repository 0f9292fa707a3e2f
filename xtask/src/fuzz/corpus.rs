//! The inputs that a target begins with, and the committed ones.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::build::folder;
use crate::runner::root;

/// Largest model of the repository's that is taken: what is small is fast, and fuzzers live on many runs.
const LARGEST_SEED: u64 = 4096;

/// A target's folders.
pub(super) struct Folders {
    pub(super) target: String,
    /// What is committed.
    pub(super) committed: PathBuf,
    /// What runs on this machine found, and go on finding.
    pub(super) grown: PathBuf,
    /// Small files of the repository in the target's format.
    pub(super) seeds: PathBuf,
    /// Inputs that show a fault.
    pub(super) faults: PathBuf,
    /// The words of the format, if there is a list.
    pub(super) dictionary: Option<PathBuf>,
}

impl Folders {
    /// Makes the folders of a target.
    pub(super) fn prepare(target: &str) -> Result<Folders, String> {
        let own = |kind: &str| folder().join(kind).join(target);
        let dictionary = root().join("fuzz/dictionaries").join(format!("{target}.dict"));
        let folders = Folders {
            target: target.to_owned(),
            committed: root().join("fuzz/corpus").join(target),
            grown: own("corpus"),
            seeds: own("seeds"),
            faults: own("faults"),
            dictionary: Some(dictionary).filter(|file| file.is_file()),
        };
        if folders.seeds.exists() {
            fs::remove_dir_all(&folders.seeds).map_err(|fault| at(&folders.seeds, &fault))?;
        }
        for folder in [&folders.committed, &folders.grown, &folders.seeds, &folders.faults] {
            fs::create_dir_all(folder).map_err(|fault| at(folder, &fault))?;
        }
        let (place, endings): (&str, &[&str]) = match target {
            "tflite" => ("tests", &["tflite"]),
            "onnx" => ("tests", &["onnx"]),
            "npz" => ("tests/compile-fail", &["npz", "npy"]),
            "ir" => ("codegen/tests", &["ir"]),
            "board" => ("boards/profiles", &["toml"]),
            _ => return Ok(folders),
        };
        let mut files = Vec::new();
        collect(&root().join(place), endings, &mut files).map_err(|fault| format!("{place}: {fault}"))?;
        files.sort();
        for (number, file) in files.iter().enumerate() {
            let seed = folders.seeds.join(format!("{number:04}"));
            fs::copy(file, &seed).map_err(|fault| at(file, &fault))?;
        }
        Ok(folders)
    }
}

fn at(path: &Path, fault: &std::io::Error) -> String {
    format!("{}: {fault}", path.display())
}

/// Small files below a folder, by the ends of their names.
fn collect(folder: &Path, endings: &[&str], files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let path = entry.path();
        let metadata = entry.metadata()?;
        if metadata.is_dir() {
            // Suites build crates below.
            if path.file_name().is_none_or(|name| name != "target") {
                collect(&path, endings, files)?;
            }
        } else if metadata.len() <= LARGEST_SEED
            && path.extension().is_some_and(|own| endings.iter().any(|ending| own == *ending))
        {
            files.push(path);
        }
    }
    Ok(())
}

/// What the names of inputs begin with that showed a fault once: they stay in the committed corpus, whatever they reach.
const FAULT: &str = "fault-";

/// Writes the committed corpus again: inputs that showed a fault, and the fewest that, beside the repository's own files, reach every
/// edge that is reached. How many, and their bytes.
pub(super) fn minimise(program: &Path, folders: &Folders) -> Result<(usize, u64), String> {
    let next = folder().join("minimised").join(&folders.target);
    if next.exists() {
        fs::remove_dir_all(&next).map_err(|fault| at(&next, &fault))?;
    }
    fs::create_dir_all(&next).map_err(|fault| at(&next, &fault))?;
    let is_seed = copy(&folders.seeds, &next)?;
    let output = Command::new(program)
        // Edges alone: with counts, ten times as many inputs differ.
        .args(["-set_cover_merge=1", "-use_counters=0", "-timeout=10", "-rss_limit_mb=1024"])
        .args([&next, &folders.grown, &folders.committed])
        .output()
        .map_err(|fault| at(program, &fault))?;
    if !output.status.success() {
        return Err(format!("the corpus cannot be minimised:\n{}", String::from_utf8_lossy(&output.stderr)));
    }
    for seed in is_seed {
        fs::remove_file(next.join(&seed)).map_err(|fault| at(&next, &fault))?;
    }
    let entries = fs::read_dir(&folders.committed).map_err(|fault| at(&folders.committed, &fault))?;
    for name in entries.filter_map(|entry| Some(entry.ok()?.file_name())) {
        if name.to_string_lossy().starts_with(FAULT) {
            fs::copy(folders.committed.join(&name), next.join(&name)).map_err(|fault| at(&next, &fault))?;
        }
    }
    fs::remove_dir_all(&folders.committed).map_err(|fault| at(&folders.committed, &fault))?;
    fs::create_dir_all(&folders.committed).map_err(|fault| at(&folders.committed, &fault))?;
    let files = copy(&next, &folders.committed)?;
    let size = |name| Ok(fs::metadata(folders.committed.join(name))?.len());
    let bytes: std::io::Result<u64> = files.iter().map(size).sum();
    Ok((files.len(), bytes.map_err(|fault| at(&folders.committed, &fault))?))
}

/// Copies the files of a folder; their names.
fn copy(from: &Path, to: &Path) -> Result<Vec<std::ffi::OsString>, String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(from).map_err(|fault| at(from, &fault))? {
        let name = entry.map_err(|fault| at(from, &fault))?.file_name();
        fs::copy(from.join(&name), to.join(&name)).map_err(|fault| at(from, &fault))?;
        names.push(name);
    }
    Ok(names)
}
