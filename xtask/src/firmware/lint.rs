//! Format and lints of the firmware crates, which are not in the workspace.

use std::path::Path;
use std::process::Command;

use super::build::{Build, target_folder};
use super::cores::CORES;
use crate::embedded::{Machine, Toolchain};
use crate::runner::root;

/// Checks the format of all, lints what runs on the host, and lints the rest for each target whose clippy there is. Debian's route
/// has none: there the compiler's own warnings are errors, in every build of firmware.
///
/// # Errors
/// Something is not formatted, or clippy is not content.
pub(super) fn run(machine: &Machine) -> Result<(), String> {
    let folder = root().join("tests/firmware");
    host(&folder, &["fmt", "--all", "--check"])?;
    host(&folder, &["clippy", "--quiet", "--package", "tinyml-firmware-link", "--", "--deny", "warnings"])?;
    let package = folder.join("controls");
    let mut targets = Vec::new();
    for core in CORES.iter().filter(|core| core.flags.is_empty()) {
        if targets.contains(&core.target) {
            continue;
        }
        targets.push(core.target);
        if let Toolchain::Current { .. } = Toolchain::of(machine, core.target)? {
            Build { package: &package, core, opt_level: "s", variables: &[], programs: &[] }
                .clippy(machine)?;
        } else {
            println!(
                "{}: its toolchain has no clippy; firmware is built with warnings as errors",
                core.target
            );
        }
    }
    Ok(())
}

fn host(folder: &Path, arguments: &[&str]) -> Result<(), String> {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.args(arguments).current_dir(folder).env("CARGO_TARGET_DIR", target_folder());
    let status = cargo.status().map_err(|fault| format!("cannot run cargo: {fault}"))?;
    if status.success() { Ok(()) } else { Err(format!("cargo {}: {status}", arguments.join(" "))) }
}
