//! `cargo xtask generator-time`: the table of the generator's time against the size of a model, in docs/benchmarks.md.

use std::process::Command;

use crate::page;
use crate::runner::root;

/// The measurement is a test, beside the one that holds the growth.
const ARGUMENTS: &str = "test --release -p tinyml-codegen --no-default-features --features tflite --test generator_growth -- \
                         --ignored table";

/// Measures, and writes the table.
///
/// # Errors
/// The measurement fails, or the page cannot be written.
pub(crate) fn run() -> Result<(), String> {
    println!("cargo {ARGUMENTS}");
    let output = Command::new(env!("CARGO"))
        .args(ARGUMENTS.split_whitespace())
        .current_dir(root())
        .output()
        .map_err(|fault| format!("cannot run cargo: {fault}"))?;
    let text = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        return Err(format!("the measurement failed:\n{text}{}", String::from_utf8_lossy(&output.stdout)));
    }
    let rows: Vec<&str> =
        text.lines().filter(|line| line.starts_with("| ") || line.starts_with("|--")).collect();
    let table = rows.join("\n") + "\n";
    print!("{table}");
    page::write("generator-time", &table)
}
