//! Shows that the suite sees what it looks for: images that do what the suite forbids.

use std::time::Duration;

use super::build::Build;
use super::cores::Core;
use super::qemu::{End, Outcome, Run};
use crate::embedded::Machine;
use crate::runner::root;

/// Status of an image after a processor fault (`firmware::exit::FAULT`).
const FAULT: i32 = 100;

/// Builds and runs the images of `tests/firmware/controls` for a core.
///
/// # Errors
/// An image does not behave as it should.
pub(super) fn run(machine: &Machine, core: &Core) -> Result<(), String> {
    let programs = ["hello", "unaligned"];
    let package = root().join("tests/firmware/controls");
    let build = Build { package: &package, core, opt_level: "s", variables: &[], programs: &programs };
    for (program, elf) in programs.into_iter().zip(build.run(machine)?) {
        let run = Run { core, elf: &elf, folder: &package, arguments: &[], limit: Duration::from_secs(20) };
        let outcome = run.run()?;
        if !expected(core, program, &outcome) {
            return Err(format!("{}: the control image `{program}` ended so: {outcome:?}", core.title));
        }
    }
    println!("{}: the control images behave as they should", core.title);
    Ok(())
}

fn expected(core: &Core, program: &str, Outcome { end, stdout, stderr }: &Outcome) -> bool {
    if program == "unaligned" && core.family == "armv6m" {
        return *end == End::Exit(FAULT) && stderr.starts_with("fault at 0x");
    }
    let greeting = match program {
        // The function has an array of 256 bytes.
        "hello" => stdout
            .strip_prefix("hello\nstack ")
            .and_then(|rest| rest.trim_end().parse().ok())
            .is_some_and(|stack: u32| (256..320).contains(&stack)),
        _ => stdout.starts_with("read "),
    };
    *end == End::Exit(0) && greeting
}
