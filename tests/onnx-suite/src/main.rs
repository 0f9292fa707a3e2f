//! Writes crates of ONNX's node tests: each test that compiles, as it is or with operands as constants, with its inputs and outputs.
//!
//! `tinyml-onnx-suite SUITE.npz FOLDER --first 0 --tests 50` writes a crate of the first 50 tests to FOLDER, and what became of each
//! test to `FOLDER/outcomes.tsv`: family, name, `built` or `refused` or `unbuilt`, and the operands that are constants or the reason.
//! `make/collect.py` writes SUITE.npz; `cargo xtask onnx-suite` has the crates written, builds and runs them.

mod attempt;
mod reason;
mod suite;

use std::fmt::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use tinyml_codegen::ir::Value;
use tinyml_model_crates::{Crate, Entry, Form, Near};

use attempt::Attempt;
use suite::Test;

/// How near ONNX's own test runner wants results; integers must be equal.
const NEAR: Near = Near { relative: 1e-3, absolute: 1e-6, steps: 0 };

#[derive(Parser)]
#[command(about = "Writes crates of ONNX node tests")]
struct Cli {
    /// The tests, as make/collect.py writes them.
    suite: PathBuf,
    /// Where the crate goes.
    folder: PathBuf,
    /// The first test.
    #[arg(long, default_value_t = 0)]
    first: usize,
    /// How many tests.
    #[arg(long, default_value_t = 50)]
    tests: usize,
    /// Tests that are left out because they do not build.
    #[arg(long, value_delimiter = ',')]
    without: Vec<String>,
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
    let mut outcomes = String::new();
    let mut package = Crate::new(&cli.folder, "2024");
    for test in suite::read(&cli.suite)?.iter().skip(cli.first).take(cli.tests) {
        let (word, detail) = if cli.without.contains(&test.name) {
            ("unbuilt", String::new())
        } else {
            match attempt::compile(test) {
                Attempt::Compiled { module, constants } => {
                    add(&mut package, test, &module, &constants)?;
                    let constants: Vec<String> = constants.iter().map(usize::to_string).collect();
                    ("built", constants.join(","))
                }
                Attempt::Refused(reason) => ("refused", reason),
            }
        };
        let _ = writeln!(outcomes, "{}\t{}\t{word}\t{detail}", test.family, test.name);
    }
    package.put("outcomes.tsv", outcomes.as_bytes())?;
    package.finish()
}

/// Adds a test to the crate, without the inputs that are constants.
fn add(
    package: &mut Crate,
    test: &Test,
    module: &tinyml_codegen::module::Module,
    constants: &[usize],
) -> Result<(), String> {
    let (mut given, mut expected) = (Vec::new(), Vec::new());
    // With constants only the first set of data holds: that is where they are from.
    let sets = if constants.is_empty() { test.sets.len() } else { 1 };
    for set in test.sets.iter().take(sets) {
        let fed = set.inputs.iter().filter(|(index, _)| !constants.contains(index)).map(|(_, value)| value);
        given.extend(fed.zip(&module.optimised.graph.inputs).flat_map(|(value, port)| {
            let ty = &module.optimised.graph.ty(port.tensor);
            // An extent of 0 is one that the file leaves open: what has no elements in the test has some here. Nothing may depend on them.
            match value.is_empty() {
                true => vec![0; ty.shape.elements() * ty.dtype.size()],
                false => value.to_le_bytes(),
            }
        }));
        expected.extend(set.outputs.values().flat_map(Value::to_le_bytes));
    }
    // A module's name has no capital letters.
    let name = &test.name.to_lowercase();
    let near = Near { relative: NEAR.relative.max(test.rounding), ..NEAR };
    package.add(&Entry { name, module, form: Form::File, given: &given, expected: &expected, near })
}
