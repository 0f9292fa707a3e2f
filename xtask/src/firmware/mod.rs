//! `cargo xtask firmware`: the golden cases as firmware, on every core.
//!
//! 1. Control images show that the checks see what they look for ([`controls`]).
//! 2. Kernels run on random shapes and data between guard zones ([`kernels`]).
//! 3. `tinyml-firmware-cases` compiles every case for the families of the cores and writes programs with many cases each.
//! 4. The programs are built as a user's firmware is, at two levels of optimisation ([`build`]). They print nothing, so that what
//!    is proven of the linked program is proven of the models ([`proof`]): no panic path, no heap, no floating point in models of
//!    integers, no static memory but the models.
//! 5. They run in QEMU ([`qemu`]) and write outputs and stack to a file, which is compared with what the interpreter says, or, for
//!    floats, with the goldens ([`compare`]).

pub(crate) mod build;
pub(crate) mod compare;
mod controls;
pub(crate) mod cores;
mod elf;
mod floats;
mod kernels;
mod lint;
#[path = "../../../tests/firmware-cases/src/manifest.rs"]
#[allow(dead_code, unreachable_pub)]
pub(crate) mod manifest;
mod panics;
#[path = "../../../tests/firmware-cases/src/parallel.rs"]
#[allow(unreachable_pub)]
pub(crate) mod parallel;
mod plan;
mod proof;
pub(crate) mod qemu;
mod suite;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use build::target_folder;
use clap::Args;
use manifest::{Manifest, Request};
use plan::{Group, OPT_LEVELS};

use crate::embedded::Machine;
use crate::runner::root;
use crate::steps;

/// What to test.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct Options {
    /// A core: m0, m3, m4, m7, m33, m55, rv32, or microbit; all if none is named.
    #[arg(long = "core")]
    cores: Vec<String>,
    /// Part of a case's name; all cases if there is none.
    #[arg(long = "case")]
    cases: Vec<String>,
    /// A level of optimisation, s or 3; both if none is named.
    #[arg(long = "opt-level")]
    opt_levels: Vec<String>,
    /// All cases on all cores, not a sample on those that CI samples.
    #[arg(long)]
    full: bool,
    /// Only check format and lints of the firmware crates.
    #[arg(long)]
    lints: bool,
}

/// Tests the cases as firmware.
///
/// # Errors
/// Something is not as it should be, or the firmware cannot be built or run here.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let begin = Instant::now();
    let machine = Machine::look()?;
    if options.lints {
        return lint::run(&machine);
    }
    steps::announce_zoo()?;
    let groups = plan::groups(&options.cores, options.full || !options.cases.is_empty())?;
    let named =
        |level: &str| options.opt_levels.is_empty() || options.opt_levels.iter().any(|name| name == level);
    let levels: Vec<&str> = OPT_LEVELS.into_iter().filter(|level| named(level)).collect();

    // What ends a program's build, link-time optimisation, keeps one processor busy: the levels, which cargo builds in different
    // folders, are built at the same time.
    each(&levels, |opt_level| {
        for group in &groups {
            if levels.first() == Some(&opt_level) {
                controls::run(&machine, group.core)?;
            }
            // Whoever names cases is at work on these.
            if options.cases.is_empty() && group.opt_levels.contains(&opt_level) {
                kernels::run(&machine, group.core, opt_level)?;
            }
        }
        Ok(())
    })?;
    let manifests = generate(options, &groups)?;
    for (group, manifest) in groups.iter().zip(&manifests) {
        if !manifest.without_room.is_empty() {
            println!("{}: these cases have no room: {}", group.core.title, manifest.without_room.join(", "));
        }
    }
    let packages = target_folder().join("cases");
    let faults = each(&levels, |opt_level| {
        let mut faults = Vec::new();
        for (group, manifest) in groups.iter().zip(&manifests) {
            if group.opt_levels.contains(&opt_level) {
                let package = packages.join(group.core.name);
                faults.extend(suite::run(&machine, group, opt_level, &package, manifest)?);
            }
        }
        Ok(faults)
    })?
    .concat();
    for fault in &faults {
        println!("FAILED {fault}");
    }
    println!("firmware: {} faults, {:.0} s", faults.len(), begin.elapsed().as_secs_f64());
    steps::announce_zoo()?;
    if faults.is_empty() { Ok(()) } else { Err(format!("firmware: {} faults, listed above", faults.len())) }
}

/// Does the same for all levels at the same time; the results in their order.
fn each<R: Send>(
    levels: &[&'static str],
    work: impl Fn(&'static str) -> Result<R, String> + Sync,
) -> Result<Vec<R>, String> {
    parallel::map(levels, |level| work(level)).into_iter().collect()
}

/// Has the programs written; their manifests in the order of the groups.
fn generate(options: &Options, groups: &[Group]) -> Result<Vec<Manifest>, String> {
    let builds = groups.iter().map(Group::request).collect();
    generate_in(&target_folder().join("cases"), &options.cases, builds)
}

/// Has programs written to a folder; their manifests in the order of the builds.
pub(crate) fn generate_in(
    folder: &Path,
    filters: &[String],
    builds: Vec<manifest::Build>,
) -> Result<Vec<Manifest>, String> {
    let request = folder.join("request.toml");
    let names: Vec<_> = builds.iter().map(|build| build.name.clone()).collect();
    manifest::write(&request, &Request { folder: folder.to_owned(), filters: filters.to_vec(), builds })?;
    let status = Command::new(env!("CARGO"))
        // Not by its package: then it would be built apart from the workspace, and the compiler with it.
        .args(["run", "--quiet", "--bin", "tinyml-firmware-cases", "--"])
        .arg(&request)
        .current_dir(root())
        .status()
        .map_err(|fault| format!("cannot run cargo: {fault}"))?;
    if !status.success() {
        return Err("the cases cannot be written as firmware; the reason is above".to_owned());
    }
    names.iter().map(|name| manifest::read(&folder.join(name).join("manifest.toml"))).collect()
}
