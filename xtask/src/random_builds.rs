//! `cargo xtask random-builds`: what compiles builds. Random models with hostile names, extents and operator sets are compiled and put
//! into crates, many in one; each crate is built with every warning denied, for the host and for Cortex-M4, and run on the host, where
//! the models must give what the interpreter gives.

use std::fmt::{Display, Formatter};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::str::FromStr;
use std::time::Instant;

use clap::Args;

use crate::embedded::{Machine, Toolchain};
use crate::firmware::cores;
use crate::runner::{root, target_folder};

/// Models in a crate: so many that building the runtime, starting rustc and linking are shared.
const MODELS: u64 = 50;

/// Crates of a sample, and of `--full`.
const SAMPLE: u64 = 2;
const FULL: u64 = 40;

/// The family whose code runs on the host, and the core that other code is built for.
const HOST: &str = "portable";
const CORE: &str = "m4";

#[derive(Args)]
pub(crate) struct Options {
    /// Two thousand models instead of a hundred.
    #[arg(long)]
    full: bool,
    /// Of the crates only every N-th, from the K-th on; each shard can be run again by itself.
    #[arg(long, value_name = "K/N", default_value_t = Shard { own: 0, of: 1 })]
    shard: Shard,
}

/// A part of the crates.
#[derive(Clone, Copy)]
struct Shard {
    own: u64,
    of: u64,
}

impl FromStr for Shard {
    type Err = String;

    fn from_str(text: &str) -> Result<Shard, String> {
        let numbers = text.split_once('/').and_then(|(own, of)| Some((own.parse().ok()?, of.parse().ok()?)));
        match numbers {
            Some((own, of)) if own < of => Ok(Shard { own, of }),
            _ => Err("a shard is K/N with K below N: 0/4".to_owned()),
        }
    }
}

impl Display for Shard {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.own, self.of)
    }
}

/// Builds and runs all crates of the shard.
///
/// # Errors
/// A crate does not build or computes something else than the interpreter; the others are built all the same.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let begin = Instant::now();
    let machine = Machine::look()?;
    let core = cores::CORES.iter().find(|core| core.name == CORE).ok_or("the core is not listed")?;
    let toolchain = Toolchain::of(&machine, core.target)?;
    let crates = if options.full { FULL } else { SAMPLE };
    let numbers = (0..crates).filter(|number| number % options.shard.of == options.shard.own);
    let mut faults = Vec::new();
    let mut models = 0;
    for number in numbers {
        let outcomes = [
            one(HOST, number, Command::new(env!("CARGO")), &["run"]),
            one(core.family, number, toolchain.cargo(), &["build", "--lib", "--target", core.target]),
        ];
        faults.extend(outcomes.into_iter().filter_map(Result::err));
        models += MODELS;
    }
    println!(
        "random builds: {models} models, {} faults, {:.0} s",
        faults.len(),
        begin.elapsed().as_secs_f64()
    );
    match faults.as_slice() {
        [] => Ok(()),
        faults => Err(faults.join("\n")),
    }
}

/// Has a crate written for a family, and builds it, or builds and runs it.
fn one(family: &str, number: u64, mut cargo: Command, arguments: &[&str]) -> Result<(), String> {
    let folder = write(family, number)?;
    let status = cargo
        .args(arguments)
        .args(["--quiet", "--offline", "--target-dir"])
        .arg(target_folder().join("random-builds"))
        .current_dir(&folder)
        // A user has no flags of this workspace.
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env("RUSTFLAGS", "-Dwarnings")
        .env("CARGO_INCREMENTAL", "0")
        .env("CARGO_PROFILE_DEV_DEBUG", "0")
        .status()
        .map_err(|fault| format!("cannot run cargo: {fault}"))?;
    match status.success() {
        true => Ok(()),
        false => {
            Err(format!("{} does not build, or does not compute what it should: see above", folder.display()))
        }
    }
}

/// Has a crate written; its folder.
fn write(family: &str, number: u64) -> Result<PathBuf, String> {
    let all: &Path = &target_folder().join("random-builds/crates");
    let status = Command::new(env!("CARGO"))
        // Not by its package: then it would be built apart from the workspace, and the compiler with it.
        .args(["run", "--quiet", "--bin", "tinyml-random-builds", "--"])
        .arg(all)
        .args(["--family", family, "--first", &number.to_string(), "--models", &MODELS.to_string()])
        .current_dir(root())
        .status()
        .map_err(|fault| format!("cannot run cargo: {fault}"))?;
    match status.success() {
        true => Ok(all.join(format!("{family}-{number}"))),
        false => Err("the random models cannot be written; the reason is above".to_owned()),
    }
}
