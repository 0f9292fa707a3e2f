//! `tinyml`: inspect, compile and verify models; list boards, and estimate what a model costs on one.
//!
//! Exit status: 0 it is fine, 1 it failed, 2 bad usage.

mod arguments;
mod boards;
mod compile;
mod estimate;
mod inspect;
mod output;
mod verify;

use std::process::ExitCode;

use arguments::{Cli, Command};
use clap::Parser;

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Compile(arguments) => compile::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Boards(arguments) => boards::run(&arguments),
        Command::Estimate(arguments) => estimate::run(&arguments),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => {
            eprintln!("{faults}");
            ExitCode::FAILURE
        }
    }
}
