//! `cargo xtask random-builds`: what compiles builds. Random models with hostile names, extents and operator sets are compiled and put
//! into crates, many in one; each crate is built with every warning denied, for the host and for Cortex-M4, and run on the host, where
//! the models must give what the interpreter gives.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Instant;

use clap::Args;

use crate::embedded::{Machine, Toolchain};
use crate::firmware::cores;
use crate::model_crates::{MODELS, Shard, cargo, write};
use crate::runner::target_folder;

/// Crates of a sample, and of `--full`.
const SAMPLE: usize = 2;
const FULL: usize = 40;

/// The family whose code runs on the host, and the core that other code is built for.
const HOST: &str = "portable";
const CORE: &str = "m4";

#[derive(Args)]
pub(crate) struct Options {
    /// Two thousand models instead of a hundred.
    #[arg(long)]
    full: bool,
    /// Of the crates only every N-th, from the K-th on; each shard can be run again by itself.
    #[arg(long, value_name = "K/N", default_value_t = Shard::ALL)]
    shard: Shard,
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
    let mut faults = Vec::new();
    let mut models = 0;
    for number in options.shard.of(if options.full { FULL } else { SAMPLE }) {
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
fn one(family: &str, number: usize, command: Command, arguments: &[&str]) -> Result<(), String> {
    let all = target_folder().join("random-builds/crates");
    let folder: PathBuf = all.join(format!("{family}-{number}"));
    let [first, models] = [number, MODELS].map(|number| number.to_string());
    let arguments_of_writer =
        [&all.display().to_string(), "--family", family, "--first", &first, "--models", &models];
    write("tinyml-random-builds", &arguments_of_writer.map(str::to_owned))?;
    let output = cargo(command, &folder, "random-builds", arguments)
        .stderr(Stdio::inherit())
        .output()
        .map_err(|fault| format!("cannot run cargo: {fault}"))?;
    // A line for each model; those that are right are of no interest.
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().filter(|line| !line.ends_with(": right")).for_each(|line| println!("{line}"));
    match output.status.success() {
        true => Ok(()),
        false => {
            Err(format!("{} does not build, or does not compute what it should: see above", folder.display()))
        }
    }
}
