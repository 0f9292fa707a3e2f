//! The project's chores: `cargo xtask test`, `cargo xtask ci`, `cargo xtask bless`, `cargo xtask embedded`.
//!
//! Each but the last is a list of steps; a step is a cargo command with a name. All steps share one target folder, and the profile is the
//! development profile wherever possible, so that the large dependencies are built once.

mod bless;
mod ci;
mod docs;
mod embedded;
mod examples;
mod firmware;
mod fuzz;
mod generator_time;
mod mcu_bench;
mod model_crates;
mod onnx_suite;
mod page;
mod random_builds;
mod runner;
mod sanitize;
mod steps;
mod test;
mod unsafe_code;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "The project's chores")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every test, on the host and as firmware; installs what firmware needs.
    Test,
    /// Everything that a change must pass: format, lints, documentation, tests, the README's example.
    Ci,
    /// Write golden files and expected texts again; look at the difference before you commit it.
    Bless,
    /// Write the pages that are made from the code: docs/operators.md.
    Docs,
    /// Install what firmware needs: bare-metal targets, emulators, binutils. Can be run again.
    Embedded,
    /// Run the golden cases as firmware in emulators.
    Firmware(firmware::Options),
    /// Fuzz what reads files from outside: models, calibration data, boards.
    Fuzz(fuzz::Options),
    /// Run the kernels on the host under AddressSanitizer.
    Sanitize,
    /// Compare docs/safety.md with the `unsafe` that there is.
    Unsafe(unsafe_code::Options),
    /// Build crates of random models for the host and Cortex-M4, and run them on the host.
    RandomBuilds(random_builds::Options),
    /// Run the node tests of the package `onnx`.
    OnnxSuite(onnx_suite::Options),
    /// Run the keyword spotter as firmware in QEMU.
    KwsFirmware,
    /// Run the wake word as firmware in QEMU.
    WakeWordFirmware,
    /// Run inference in slices beside a task of 1 kHz, on Embassy, in QEMU.
    EmbassyFirmware,
    /// Build the firmware examples for boards.
    BoardsFirmware,
    /// Measure models on microcontroller cores, in emulators.
    McuBench(mcu_bench::Arguments),
    /// Measure how the generator's time grows with the size of a model.
    GeneratorTime,
    /// Fit the compiler's cost models to the layers that mcu-bench measured.
    FitCosts,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Test => test::run(),
        Command::Ci => ci::run(),
        Command::Bless => bless::run(),
        Command::Docs => docs::run(),
        Command::Embedded => embedded::run(),
        Command::Firmware(options) => firmware::run(&options),
        Command::Fuzz(options) => fuzz::run(&options),
        Command::Sanitize => sanitize::run(),
        Command::Unsafe(options) => unsafe_code::run(&options),
        Command::RandomBuilds(options) => random_builds::run(&options),
        Command::OnnxSuite(options) => onnx_suite::run(&options),
        Command::KwsFirmware => examples::firmware("kws-firmware"),
        Command::EmbassyFirmware => examples::embassy_firmware(),
        Command::WakeWordFirmware => examples::firmware("wake-word-firmware"),
        Command::BoardsFirmware => examples::boards_firmware(),
        Command::McuBench(arguments) => mcu_bench::run(&arguments),
        Command::GeneratorTime => generator_time::run(),
        Command::FitCosts => mcu_bench::fit_costs(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(fault) => {
            eprintln!("error: {fault}");
            ExitCode::FAILURE
        }
    }
}
