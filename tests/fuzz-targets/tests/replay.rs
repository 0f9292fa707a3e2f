//! The fuzzer's corpus on stable Rust, with checks for overflow: no input shows a fault, takes long or takes much memory.
//!
//! Every fault that fuzzing found and that was mended is in the corpus (`fuzz/corpus/TARGET`).

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use libtest_mimic::{Arguments, Failed, Trial};
use tinyml_fuzz_targets::{TARGETS, Target};

/// What an input may take: as long as under the fuzzer.
const LONGEST: Duration = Duration::from_secs(10);

/// Memory in KiB that the whole suite may take: what the fuzzer allows a single input.
const MEMORY: u64 = 1 << 20;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    let trials = TARGETS.map(|target| {
        let folder = folder.join(target.name);
        Trial::test(target.name, move || replay(target, &folder))
    });
    let conclusion = libtest_mimic::run(&Arguments::from_args(), trials.into());
    if let Some(peak) = peak().filter(|&peak| peak > MEMORY) {
        eprintln!("the suite took {peak} KiB of memory, more than {MEMORY}");
        std::process::exit(101);
    }
    conclusion.exit();
}

fn replay(target: Target, folder: &Path) -> Result<(), Failed> {
    let files = files(folder)?;
    if files.is_empty() {
        return Err(format!("{}: there is no input", folder.display()).into());
    }
    let mut faults = Vec::new();
    for file in files {
        let bytes = fs::read(&file)?;
        let start = Instant::now();
        let outcome = catch_unwind(AssertUnwindSafe(|| (target.run)(&bytes)));
        match start.elapsed() {
            _ if outcome.is_err() => faults.push(format!("{}: a fault, see above", file.display())),
            time if time > LONGEST => faults.push(format!("{}: it took {time:?}", file.display())),
            _ => {}
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults.join("\n").into()) }
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failed> {
    let entries = fs::read_dir(folder).map_err(|fault| format!("{}: {fault}", folder.display()))?;
    let mut files = entries.map(|entry| Ok(entry?.path())).collect::<std::io::Result<Vec<_>>>()?;
    files.sort();
    Ok(files)
}

/// The most memory that this process had, in KiB, where the system tells.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.split_whitespace().next()?.parse().ok()
}
