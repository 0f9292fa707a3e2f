//! Writes crates full of random models: what compiles must build, whatever a model's tensors are called, however many elements they have
//! and whatever its outputs are, and must compute what the interpreter computes.
//!
//! `tinyml-random-builds FOLDER --family armv7em --crates 0..40` writes the crates `FOLDER/armv7em-0` to `FOLDER/armv7em-39` of
//! `--models` models each. A model's number is its seed, so that a crate is the same on any machine. `cargo xtask random-builds` has them
//! written, and builds and runs them.

#[path = "../../../codegen/tests/random_graphs/builder.rs"]
#[allow(dead_code, unreachable_pub)]
mod builder;
mod model;
mod names;
#[cfg(feature = "onnx")]
mod onnx;
mod package;
#[cfg(feature = "onnx")]
#[path = "../../../codegen/src/import/onnx/test/protobuf.rs"]
#[allow(unreachable_pub)]
mod protobuf;
mod quantised;
mod vectors;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tinyml_codegen::target::Core;

#[derive(Parser)]
#[command(about = "Writes crates full of random models")]
struct Cli {
    /// Where the crates go.
    folder: PathBuf,
    /// The family of cores that the models are compiled for.
    #[arg(long)]
    family: String,
    /// The first crate.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// How many crates.
    #[arg(long, default_value_t = 1)]
    crates: u64,
    /// Models in a crate.
    #[arg(long, default_value_t = 50)]
    models: u64,
}

fn main() -> ExitCode {
    match run(&Cli::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}

fn run(cli: &Cli) -> Result<(), String> {
    let core = Core::from_name(&cli.family).ok_or_else(|| format!("unknown family `{}`", cli.family))?;
    for number in cli.first..cli.first + cli.crates {
        let folder = cli.folder.join(format!("{}-{number}", cli.family));
        let seeds = number * cli.models..(number + 1) * cli.models;
        let written = package::write(&folder, seeds, core)?;
        println!(
            "{}: {} models compile, {} are refused",
            folder.display(),
            written.compiled,
            written.refused
        );
    }
    Ok(())
}
