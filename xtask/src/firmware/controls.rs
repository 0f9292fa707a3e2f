//! Shows that the suite sees what it looks for: images that do what the suite forbids.

use std::path::Path;
use std::time::Duration;

use super::build::Build;
use super::cores::Core;
use super::manifest::Image;
use super::qemu::{End, Outcome, Run};
use super::{panics, proof};
use crate::embedded::Machine;
use crate::runner::root;

/// Status of an image after a processor fault (`firmware::exit::FAULT`).
const FAULT: i32 = 100;

/// Images that are run: one that prints and has its stack measured, and one that reads an unaligned word.
const RUN: [&str; 2] = ["hello", "unaligned"];

/// Images that are examined, each with a part of what must be said of it.
const EXAMINED: [(&str, &[&str]); 3] = [
    ("float", &["floating point in models of integers"]),
    ("heap", &["a heap: "]),
    (
        "statics",
        &[
            "static memory beside the models: 4 bytes of COUNTER",
            "static memory beside the models: 4 bytes in .data",
        ],
    ),
];

/// An image that does not link.
const PANICS: &str = "panics";

/// An image that does not compile.
const OTHER_CORE: &str = "other_core";

/// Builds, runs and examines the images of `tests/firmware/controls` for a core.
///
/// # Errors
/// An image does not behave as it should, or a check does not see what is wrong with it.
pub(super) fn run(machine: &Machine, core: &Core) -> Result<(), String> {
    let package = root().join("tests/firmware/controls");
    let examined = EXAMINED.map(|(program, _)| program);
    let programs = [&RUN[..], &examined].concat();
    let build = Build { package: &package, core, opt_level: "s", variables: &[], programs: &programs };
    let elfs = build.run(machine)?;
    let (to_run, to_examine) = elfs.split_at(RUN.len());
    for (program, elf) in RUN.into_iter().zip(to_run) {
        let run = Run { core, elf, folder: &package, arguments: &[], limit: Duration::from_secs(20) };
        let outcome = run.run()?;
        if !expected(core, program, &outcome) {
            return Err(format!("{}: the control image `{program}` ended so: {outcome:?}", core.title));
        }
    }
    for ((program, wanted), elf) in EXAMINED.iter().zip(to_examine) {
        examine(core, program, wanted, elf)?;
    }
    let explained = panics::explain(&Build { programs: &[PANICS], ..build }, machine)?;
    if !explained.iter().any(|line| line.contains("panic_bounds_check")) {
        return Err(format!("{}: the control image `{PANICS}` is not refused: {explained:?}", core.title));
    }
    let wanted = format!("for the core family xtensa sparc, and this crate is built for {}", core.family);
    let other = Build { programs: &[OTHER_CORE], variables: &[("TINYML_OTHER_CORE", "1")], ..build };
    let messages = other.messages(machine, OTHER_CORE)?.unwrap_or_default();
    if !messages.contains(&wanted) {
        return Err(format!("{}: the control image `{OTHER_CORE}` is not refused: {messages}", core.title));
    }
    println!("{}: the control images behave as they should", core.title);
    Ok(())
}

fn examine(core: &Core, program: &str, wanted: &[&str], elf: &Path) -> Result<(), String> {
    let image = Image { name: program.to_owned(), integer: true, layers: false, cases: Vec::new() };
    let found = proof::violations(core, &image, elf)?;
    match wanted.iter().find(|wanted| !found.iter().any(|line| line.contains(**wanted))) {
        None => Ok(()),
        Some(missing) => Err(format!(
            "{}: of the control image `{program}` should be said `{missing}`, but is {found:?}",
            core.title
        )),
    }
}

fn expected(core: &Core, program: &str, Outcome { end, stdout, stderr }: &Outcome) -> bool {
    if program == "unaligned" && core.family == "armv6m" {
        return *end == End::Exit(FAULT) && stderr.starts_with("fault at 0x");
    }
    let text = match program {
        // The function has an array of 256 bytes.
        "hello" => stdout
            .strip_prefix("hello\nstack ")
            .and_then(|rest| rest.trim_end().parse().ok())
            .is_some_and(|stack: u32| (256..320).contains(&stack)),
        _ => stdout.starts_with("read "),
    };
    *end == End::Exit(0) && text
}
