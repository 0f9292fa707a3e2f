//! The firmware examples: `cargo xtask kws-firmware` and `cargo xtask wake-word-firmware` run those that QEMU can run, `cargo xtask
//! boards-firmware` builds those for boards, whose HALs it cannot.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::embedded::{self, Machine};
use crate::firmware::build::Build;
use crate::firmware::cores::{CORES, Core};
use crate::firmware::qemu::{End, Run};
use crate::runner::root;

/// The packages in `examples/boards`, each with the name of a core that its board has.
const BOARDS: [(&str, &str); 6] = [
    ("arduino-nano-33-ble-sense", "m4"),
    ("esp32-c3", "rv32"),
    ("nrf52840-dk", "m4"),
    ("nucleo-l4r5zi", "m4"),
    ("pico", "m0"),
    ("pico-2", "m33"),
];

/// The same of `examples/embassy`, of which the one that QEMU runs is built by itself.
const EMBASSY: [(&str, &str); 2] = [("nrf52840-dk", "m4"), ("pico", "m0")];

/// Sets up what firmware needs, builds the package in `examples` and runs it in QEMU. What it prints must be what the host's
/// program has for the same recordings: `expected.txt`, which a test of the host's program holds to the model that the host runs.
///
/// # Errors
/// It does not build, does not end well, or prints something else.
pub(crate) fn firmware(name: &str) -> Result<(), String> {
    let package = root().join("examples").join(name);
    let expected = package.join("expected.txt");
    let printed = run(&package, name, &[])?;
    let expected =
        fs::read_to_string(&expected).map_err(|fault| format!("{}: {fault}", expected.display()))?;
    match first_difference(&expected, &printed) {
        None => {
            println!("\nThe answers are the host's.");
            Ok(())
        }
        Some((expected, found)) => {
            Err(format!("the host's program has\n  {expected}\nwhere the firmware has\n  {found}"))
        }
    }
}

/// Sets up what firmware needs, builds `examples/embassy/qemu` and runs it in QEMU. It ends well only if the task of 1 kHz kept its deadline
/// beside the inference in slices, and the slices' answers are those of `run`.
///
/// # Errors
/// It does not build, or does not end well.
pub(crate) fn embassy_firmware() -> Result<(), String> {
    // Every instruction takes 8 ns of the machine's time, whatever the host does.
    let arguments = ["-icount", "shift=3"].map(OsString::from);
    run(&root().join("examples/embassy/qemu"), "embassy-qemu", &arguments).map(|_| ())
}

/// Sets up what firmware needs, builds a package's program for a Cortex-M4 and runs it in QEMU. What it prints, which is shown, too.
fn run(package: &Path, program: &str, arguments: &[OsString]) -> Result<String, String> {
    embedded::run()?;
    let machine = Machine::look()?;
    let core = core("m4")?;
    let elf = build(&machine, package, core, program)?;
    println!("running on a {} in QEMU", core.title);
    let run = Run { core, elf: &elf, folder: package, arguments, limit: Duration::from_secs(300) };
    let outcome = run.run()?;
    print!("\n{}{}", outcome.stdout, outcome.stderr);
    match outcome.end {
        End::Exit(0) => Ok(outcome.stdout),
        other => Err(format!("the firmware ended so: {other:?}")),
    }
}

/// Sets up what firmware needs and builds every package in `examples/boards`: the model within the board's budget, linked. Those of
/// `examples/embassy`, too.
///
/// # Errors
/// One does not build; the others are tried, too.
pub(crate) fn boards_firmware() -> Result<(), String> {
    embedded::run()?;
    let machine = Machine::look()?;
    let mut faults = Vec::new();
    let boards = BOARDS.map(|board| ("boards", "kws", board));
    for (folder, program, (board, core_name)) in
        boards.into_iter().chain(EMBASSY.map(|board| ("embassy", "embassy", board)))
    {
        let begin = Instant::now();
        let package = root().join("examples").join(folder).join(board);
        match build(&machine, &package, core(core_name)?, &format!("{program}-{board}")) {
            Ok(_) => println!("{folder}/{board}: built in {:.0} s", begin.elapsed().as_secs_f64()),
            Err(fault) => faults.push(fault),
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n")) }
}

fn build(machine: &Machine, package: &Path, core: &Core, program: &str) -> Result<PathBuf, String> {
    let build = Build { package, core, opt_level: "3", variables: &[], programs: &[program] };
    build.run(machine)?.pop().ok_or_else(|| format!("{}: no program was built", package.display()))
}

fn core(name: &str) -> Result<&'static Core, String> {
    CORES.iter().find(|core| core.name == name).ok_or_else(|| format!("there is no core {name}"))
}

/// The first lines that are not equal; the shorter text's is empty where it ends.
fn first_difference<'t>(expected: &'t str, found: &'t str) -> Option<(&'t str, &'t str)> {
    let (mut expected, mut found) = (expected.lines(), found.lines());
    loop {
        match (expected.next(), found.next()) {
            (None, None) => return None,
            (a, b) if a == b => {}
            (a, b) => return Some((a.unwrap_or_default(), b.unwrap_or_default())),
        }
    }
}

#[cfg(test)]
mod test {
    use std::collections::BTreeSet;
    use std::fs;

    use super::{BOARDS, core, first_difference};
    use crate::runner::root;

    #[test]
    fn every_package_is_built_for_the_target_that_it_names() {
        let folder = root().join("examples/boards");
        let packages: BTreeSet<String> = fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap())
            .filter(|entry| entry.path().join("Cargo.toml").is_file())
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        assert_eq!(packages, BOARDS.iter().map(|(board, _)| (*board).to_owned()).collect());
        for (board, name) in BOARDS {
            let config = fs::read_to_string(folder.join(board).join(".cargo/config.toml")).unwrap();
            let target = core(name).unwrap().target;
            assert!(config.contains(&format!("target = \"{target}\"\n")), "{board}: {config}");
        }
    }

    #[test]
    fn texts_differ_where_one_ends() {
        assert_eq!(first_difference("a\nb\n", "a\nb"), None);
        assert_eq!(first_difference("a\nb", "a\nc\nd"), Some(("b", "c")));
        assert_eq!(first_difference("a", "a\nd"), Some(("", "d")));
        assert_eq!(first_difference("a\nb", "a"), Some(("b", "")));
    }
}
