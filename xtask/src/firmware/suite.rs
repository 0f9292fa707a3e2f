//! Builds the programs of a group, runs them, and collects what is wrong.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::build::{Build, target_folder};
use super::compare::{self, Measured};
use super::cores::Core;
use super::elf::Program;
use super::manifest::{Extent, Image, Manifest};
use super::plan::Group;
use super::proof::{self, STACK};
use super::qemu::{End, Outcome, Run};
use super::{panics, parallel};
use crate::embedded::Machine;

/// More than the largest program needs on a busy machine.
const LIMIT: Duration = Duration::from_secs(300);

/// Builds and runs the programs of a group at a level of optimisation; a line for each fault. `package` is the folder that the
/// generator wrote.
///
/// # Errors
/// The programs cannot be built or run at all.
pub(super) fn run(
    machine: &Machine,
    group: &Group,
    opt_level: &str,
    package: &Path,
    manifest: &Manifest,
) -> Result<Vec<String>, String> {
    let begin = Instant::now();
    let is_built = |image: &&Image| !image.layers || group.layer_levels.contains(&opt_level);
    let images: Vec<_> = manifest.images.iter().filter(is_built).collect();
    let programs: Vec<_> = images.iter().map(|image| image.name.as_str()).collect();
    let build = Build { package, core: group.core, opt_level, variables: &[], programs: &programs };
    let elfs = match build.run(machine) {
        Ok(elfs) => elfs,
        Err(fault) => {
            let panics = panics::explain(&build, machine)?;
            return if panics.is_empty() { Err(fault) } else { Ok(panics) };
        }
    };
    let built = begin.elapsed();

    let mut faults = Vec::new();
    let images: Vec<_> = images.into_iter().zip(elfs).collect();
    for violations in parallel::map(&images, |(image, elf)| proof::violations(group.core, image, elf)) {
        faults.extend(violations?);
    }
    for core in &group.runners {
        let begin = Instant::now();
        let mut summary = Summary::default();
        let outcomes = parallel::map(&images, |(image, elf)| run_image(core, opt_level, package, image, elf));
        for outcome in outcomes {
            summary.add(outcome?);
        }
        println!(
            "{:<26} opt-level {opt_level}: {}{}; built in {:.0} s, ran in {:.0} s",
            core.title,
            if group.extent == Extent::Sample { "of a sample, " } else { "" },
            summary.describe(),
            built.as_secs_f64(),
            begin.elapsed().as_secs_f64()
        );
        faults.extend(summary.faults.into_iter().map(|fault| format!("{}: {fault}", core.title)));
    }
    Ok(faults.into_iter().map(|fault| format!("opt-level {opt_level}: {fault}")).collect())
}

/// What a program's cases did.
#[derive(Default)]
struct Summary {
    cases: usize,
    stack: (u32, String),
    faults: Vec<String>,
}

impl Summary {
    fn add(&mut self, other: Summary) {
        self.cases += other.cases;
        if other.stack.0 > self.stack.0 {
            self.stack = other.stack;
        }
        self.faults.extend(other.faults);
    }

    fn case(&mut self, Measured { case, stack, fault }: Measured<'_>) {
        self.cases += 1;
        if stack > self.stack.0 {
            self.stack = (stack, case.name.clone());
        }
        if stack > STACK {
            self.faults.push(format!("{}: `run` needs {stack} bytes of stack, more than {STACK}", case.name));
        }
        self.faults.extend(fault.map(|fault| format!("{}: {fault}", case.name)));
    }

    fn describe(&self) -> String {
        let right = self.cases - self.faults.len().min(self.cases);
        let (stack, name) = &self.stack;
        format!("{right} of {} cases right, stack at most {stack} bytes ({name})", self.cases)
    }
}

fn run_image(
    core: &Core,
    opt_level: &str,
    package: &Path,
    image: &Image,
    elf: &Path,
) -> Result<Summary, String> {
    let data = package.join("data").join(&image.name);
    let folder = prepare(core, opt_level, image, &data)?;
    let outcome = Run { core, elf, folder: &folder, arguments: &[], limit: LIMIT }.run()?;
    let mut measured = compare::compare(image, &data, &folder)?;
    let mut summary = Summary::default();
    let unfinished = image.cases.get(measured.len()).map_or("the end", |case| case.name.as_str());
    if outcome.end != End::Exit(0) {
        summary.faults.push(format!("{unfinished}: {} ended so: {}", image.name, describe(&outcome, elf)?));
    } else if measured.len() < image.cases.len() {
        summary.faults.push(format!("{unfinished}: {} wrote no outputs", image.name));
    }
    measured.drain(..).for_each(|case| summary.case(case));
    Ok(summary)
}

/// A folder with the file that the program reads, without what it wrote at another time.
fn prepare(core: &Core, opt_level: &str, image: &Image, data: &Path) -> Result<PathBuf, String> {
    let folder = target_folder().join("runs").join(core.name).join(opt_level).join(&image.name);
    fs::create_dir_all(&folder)
        .and_then(|()| fs::copy(data.join("vectors"), folder.join("vectors")))
        .and_then(|_| fs::write(folder.join("outputs"), []))
        .map_err(|fault| format!("{}: {fault}", folder.display()))?;
    Ok(folder)
}

/// How a program ended, with the function in which the processor faulted.
fn describe(outcome: &Outcome, elf: &Path) -> Result<String, String> {
    let Outcome { end, stdout, stderr } = outcome;
    let place =
        stderr.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("fault at 0x")?, 16).ok());
    let program = Program::read(elf)?;
    let function = place.and_then(|place| {
        let around = |symbol: &&super::elf::Symbol| {
            let address = symbol.address & !1;
            (address..address + symbol.size).contains(&place)
        };
        program.symbols.iter().find(around).map(|symbol| rustc_demangle::demangle(&symbol.name).to_string())
    });
    let function = function.map(|function| format!(", in {function}")).unwrap_or_default();
    let text = [stdout.trim_end(), stderr.trim_end()].join(" ");
    Ok(format!("{end:?} {}{function}", text.trim()))
}
