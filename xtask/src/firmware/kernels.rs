//! Runs kernels on random shapes and data between guard zones, on the core itself.

use std::time::Duration;

use super::build::Build;
use super::cores::Core;
use super::qemu::{End, Run};
use crate::embedded::Machine;
use crate::runner::root;

/// The program for a family of cores, if the kernels have loops in assembly for it.
fn program(family: &str) -> Option<&'static str> {
    match family {
        "armv6m" | "armv7m" | "riscv32" => Some("kernels"),
        "armv7em" | "armv8m" | "armv81m" => Some("kernels-dsp"),
        _ => None,
    }
}

/// Builds and runs `tests/firmware/kernels` for a core at a level of optimisation, if its family has loops in assembly.
///
/// # Errors
/// A kernel is not right on the core.
pub(super) fn run(machine: &Machine, core: &Core, opt_level: &str) -> Result<(), String> {
    let Some(program) = program(core.family) else { return Ok(()) };
    let package = root().join("tests/firmware/kernels");
    let build = Build { package: &package, core, opt_level, variables: &[], programs: &[program] };
    for elf in build.run(machine)? {
        let run = Run { core, elf: &elf, folder: &package, arguments: &[], limit: Duration::from_secs(120) };
        let outcome = run.run()?;
        if outcome.end != End::Exit(0) {
            return Err(format!(
                "{}: the kernels' program, opt-level {opt_level}, ended so: {outcome:?}",
                core.title
            ));
        }
    }
    println!("{:<26} opt-level {opt_level}: the kernels are right between guard zones", core.title);
    Ok(())
}
