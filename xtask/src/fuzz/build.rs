//! Builds the programs in `fuzz/`.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use crate::embedded::Machine;
use crate::runner::{root, target_folder};

/// What makes LLVM count edges for libFuzzer; the options are stable ones of rustc's. Comparisons are not shown to it (`trace-compares`):
/// that takes more time than all else, and dictionaries and mutations of our own know the formats.
const COVERAGE: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "--cfg",
    "fuzzing",
];

/// The folder with everything that fuzzing writes and that is not committed.
pub(super) fn folder() -> PathBuf {
    target_folder().join("fuzz")
}

/// The targets: the programs' names, sorted.
pub(super) fn targets() -> Result<Vec<String>, String> {
    let folder = root().join("fuzz/fuzz_targets");
    let entries = fs::read_dir(&folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    let stem = |path: PathBuf| Some(path.file_stem()?.to_str()?.to_owned());
    let mut names: Vec<_> = entries.filter_map(|entry| stem(entry.ok()?.path())).collect();
    names.sort();
    Ok(names)
}

/// Programs that were built.
pub(super) struct Programs(PathBuf);

impl Programs {
    pub(super) fn program(&self, target: &str) -> PathBuf {
        self.0.join(target)
    }
}

/// Builds all targets.
pub(super) fn build(address: bool) -> Result<Programs, String> {
    let host = Machine::look()?.host().to_owned();
    let build = folder().join(if address { "build-address" } else { "build" });
    let mut flags = COVERAGE.to_vec();
    let mut cargo = Command::new(env!("CARGO"));
    // The target is named, so that build scripts and macros have no counters.
    cargo.args(["build", "--quiet", "--release", "--bins", "--target", &host, "--target-dir"]).arg(&build);
    if address {
        // As for `cargo xtask sanitize`: the sanitizer's runtime comes with the compiler, stable or not.
        flags.push("-Zsanitizer=address");
        cargo.env("RUSTC_BOOTSTRAP", "1");
    }
    let status = cargo
        .current_dir(root().join("fuzz"))
        .env("CARGO_ENCODED_RUSTFLAGS", flags.join("\x1f"))
        .status()
        .map_err(|fault| format!("cannot run cargo: {fault}"))?;
    if !status.success() {
        return Err(
            "the fuzz targets do not build: see above (libFuzzer needs a C++ compiler, c++)".to_owned()
        );
    }
    Ok(Programs(build.join(host).join("release")))
}
