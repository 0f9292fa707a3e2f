//! Runs kernels on random shapes and data between guard zones, on the core itself.

use std::time::Duration;

use super::build::Build;
use super::cores::Core;
use super::qemu::{End, Run};
use crate::embedded::Machine;
use crate::runner::root;

/// The families of cores for which the kernels have loops in assembly.
const FAMILIES: [&str; 3] = ["armv6m", "armv7m", "riscv32"];

/// Builds and runs `tests/firmware/kernels` for a core, if its family has loops in assembly.
///
/// # Errors
/// A kernel is not right on the core.
pub(super) fn run(machine: &Machine, core: &Core, opt_levels: &[&str]) -> Result<(), String> {
    if !FAMILIES.contains(&core.family) {
        return Ok(());
    }
    let package = root().join("tests/firmware/kernels");
    let programs = ["kernels"];
    for opt_level in opt_levels {
        let build = Build { package: &package, core, opt_level, variables: &[], programs: &programs };
        for elf in build.run(machine)? {
            let run =
                Run { core, elf: &elf, folder: &package, arguments: &[], limit: Duration::from_secs(120) };
            let outcome = run.run()?;
            if outcome.end != End::Exit(0) {
                return Err(format!("{}: the kernels' program ended so: {outcome:?}", core.title));
            }
        }
    }
    println!("{}: the kernels are right between guard zones", core.title);
    Ok(())
}
