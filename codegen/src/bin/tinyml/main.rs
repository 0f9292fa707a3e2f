//! `tinyml`: inspect, compile, verify and evaluate models; list boards, and estimate what a model costs on one.
//!
//! Exit status: 0 it is fine, 1 it failed, 2 bad usage.
#![forbid(unsafe_code)]
// They panic where the reader is gone or the disk is full; `output` does not.
#![deny(clippy::print_stdout, clippy::print_stderr)]

mod arguments;
mod boards;
mod compile;
mod estimate;
mod evaluate;
mod inspect;
mod interrupt;
mod manual;
mod output;
mod verify;

use std::process::ExitCode;

use arguments::{Cli, Command};
use clap::Parser;

fn main() -> ExitCode {
    let Cli { command, manner } = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(help_or_usage) => return output::usage(&help_or_usage),
    };
    output::set_manner(manner);
    let outcome = interrupt::clean_up().and_then(|()| match command {
        Command::Inspect(arguments) => inspect::run(&arguments),
        Command::Compile(arguments) => compile::run(&arguments),
        Command::Verify(arguments) => verify::run(&arguments),
        Command::Boards(arguments) => boards::run(&arguments),
        Command::Estimate(arguments) => estimate::run(&arguments),
        Command::Evaluate(arguments) => evaluate::run(&arguments),
        Command::Completions { shell } => manual::completions(shell),
        Command::Man { folder } => manual::pages(&folder),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(faults) => {
            output::say(faults);
            ExitCode::FAILURE
        }
    }
}
