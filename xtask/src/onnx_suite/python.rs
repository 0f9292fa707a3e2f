//! The tests from the package `onnx`, by a script of the repository in an environment of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use zip::ZipArchive;

use crate::runner::{root, target_folder};

/// Has the script write tests to a file: all, or those that the lines of a list begin with.
///
/// # Errors
/// There is no Python 3 with venv and pip, a package cannot be installed, or the script fails.
pub(super) fn collect(to: &Path, only: Option<&Path>) -> Result<(), String> {
    let make = root().join("tests/onnx-suite/make");
    let mut script = Command::new(python(&make)?);
    script.arg(make.join("collect.py")).arg(to);
    if let Some(list) = only {
        script.arg("--only").arg(list);
    }
    done(&mut script)
}

/// The interpreter of the environment, which is made where it is missing or was made for other versions.
fn python(make: &Path) -> Result<PathBuf, String> {
    let environment = target_folder().join("onnx-suite/venv");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let requirements = make.join("requirements.txt");
    let installed = environment.join("requirements.txt");
    let read = |path: &Path| std::fs::read(path).unwrap_or_default();
    if read(&installed) != read(&requirements) {
        done(Command::new("python3").args(["-m", "venv"]).arg(&environment))?;
        done(
            Command::new(&python)
                .args(["-m", "pip", "install", "--quiet", "--requirement"])
                .arg(&requirements),
        )?;
        std::fs::copy(&requirements, &installed)
            .map_err(|fault| format!("{}: {fault}", installed.display()))?;
    }
    Ok(python)
}

fn done(command: &mut Command) -> Result<(), String> {
    let status = command.status().map_err(|fault| format!("cannot run {command:?}: {fault}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?}: {status}")) }
}

/// Number of tests in a file.
///
/// # Errors
/// It is not what the script writes.
pub(super) fn tests_of(suite: &Path) -> Result<usize, String> {
    let at = |fault: String| format!("{}: {fault}", suite.display());
    let file = File::open(suite).map_err(|fault| at(fault.to_string()))?;
    let archive = ZipArchive::new(file).map_err(|fault| at(fault.to_string()))?;
    Ok(archive.file_names().filter(|name| name.ends_with("/model.npy")).count())
}
