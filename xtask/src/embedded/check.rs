//! Proves that the toolchain works: a crate as small as firmware can be is built for each target.

use std::fs;
use std::path::Path;
use std::time::Instant;

use super::command::{self, write};
use super::machine::Machine;
use super::targets::TARGETS;
use super::toolchain::Toolchain;

/// Fat link-time optimisation, because firmware uses it and because it fails if the core libraries hold no bitcode.
const MANIFEST: &str = "[package]
name = \"smoke\"
version = \"0.0.0\"
edition = \"2024\"

[profile.release]
lto = \"fat\"
panic = \"abort\"

[workspace]
";

/// Firmware crates have build scripts, so the host's libraries and linker must work, too.
const BUILD_SCRIPT: &str = "fn main() {}\n";

const LIBRARY: &str = "#![no_std]

extern crate alloc;

pub fn copy(values: &[u8]) -> alloc::vec::Vec<u8> {
    values.into()
}
";

/// An index that may be out of bounds calls the library's panic function, and a 64-bit division `compiler_builtins`:
/// linking needs both.
const PROGRAM: &str = "#![no_std]
#![no_main]

#[unsafe(no_mangle)]
pub extern \"C\" fn _start(index: usize, divisor: u64) -> u64 {
    [1_u64, 2, 3][index] / divisor
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    loop {}
}
";

/// Builds the crate for all targets, from nothing: what a broken toolchain would leave unnoticed.
///
/// # Errors
/// It does not build for some target.
pub(super) fn run(machine: &Machine) -> Result<(), String> {
    let begin = Instant::now();
    let folder = machine.cache.join(format!("check-{}", std::process::id()));
    let outcome = write(&folder.join("Cargo.toml"), MANIFEST)
        .and_then(|()| write(&folder.join("build.rs"), BUILD_SCRIPT))
        .and_then(|()| write(&folder.join("src/lib.rs"), LIBRARY))
        .and_then(|()| write(&folder.join("src/main.rs"), PROGRAM))
        .and_then(|()| build(machine, &folder));
    let removed = fs::remove_dir_all(&folder);
    outcome?;
    removed.map_err(|fault| format!("cannot remove {}: {fault}", folder.display()))?;
    println!("a crate was built for each target in {:.1} s", begin.elapsed().as_secs_f64());
    Ok(())
}

fn build(machine: &Machine, folder: &Path) -> Result<(), String> {
    for (toolchain, targets) in groups(machine)? {
        let mut cargo = toolchain.cargo();
        cargo.args(["build", "--quiet", "--release", "--offline", "--target-dir", "target"]);
        for target in targets {
            cargo.args(["--target", target]);
        }
        command::run(cargo.env("CARGO_BUILD_BUILD_DIR", "target").current_dir(folder))
            .map_err(|fault| format!("{fault}\nthe smallest crate does not build with {toolchain}"))?;
    }
    Ok(())
}

/// The targets by toolchain, so that each toolchain is called once.
fn groups(machine: &Machine) -> Result<Vec<(Toolchain, Vec<&'static str>)>, String> {
    let mut groups: Vec<(Toolchain, Vec<&str>)> = Vec::new();
    for target in TARGETS {
        let toolchain = Toolchain::of(machine, target)?;
        match groups.iter_mut().find(|(known, _)| *known == toolchain) {
            Some((_, targets)) => targets.push(target),
            None => groups.push((toolchain, vec![target])),
        }
    }
    Ok(groups)
}
