//! `cargo xtask fuzz`: the fuzz targets under libFuzzer, guided by coverage.
//!
//! 1. `fuzz/` is built with LLVM's counters ([`build`]). That needs no sanitizer and no nightly compiler, only a C++ compiler for
//!    libFuzzer.
//! 2. Each target runs for its minutes, from the committed corpus and the repository's own small models ([`corpus`]). What it learns
//!    stays in `target/fuzz/corpus`, so the next run goes on there. A fault does not end the time: the input is kept, and the target
//!    starts again ([`session`]).
//! 3. With `--minimise`, the committed corpus becomes the smallest set that reaches what all inputs reach together.

mod build;
mod corpus;
mod session;

use clap::Args;

/// What to fuzz.
#[derive(Args, Clone, Debug)]
pub(crate) struct Options {
    /// Minutes for each target.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// A target, such as tflite or onnx; all if none is named.
    #[arg(long = "target")]
    targets: Vec<String>,
    /// With AddressSanitizer: slower, for faults in dependencies that have unsafe code.
    #[arg(long)]
    address: bool,
    /// Afterwards, write the committed corpus again.
    #[arg(long)]
    minimise: bool,
}

/// Fuzzes, and says what came of it.
///
/// # Errors
/// There is no such target, the programs do not build, or an input shows a fault.
pub(crate) fn run(options: &Options) -> Result<(), String> {
    let all = build::targets()?;
    if let Some(other) = options.targets.iter().find(|name| !all.contains(name)) {
        return Err(format!("there is no target `{other}`; there are {}", all.join(", ")));
    }
    let chosen = if options.targets.is_empty() { &all } else { &options.targets };
    let programs = build::build(options.address)?;
    let mut faults = Vec::new();
    println!("{:<14}{:>10}{:>9}{:>9}{:>9}{:>9}", "target", "runs", "edges", "features", "inputs", "faults");
    for name in chosen {
        let folders = corpus::Folders::prepare(name)?;
        let outcome = session::run(&programs.program(name), &folders, options.minutes, options.address)?;
        println!(
            "{name:<14}{:>10}{:>9}{:>9}{:>9}{:>9}",
            outcome.runs,
            outcome.edges,
            outcome.features,
            outcome.inputs,
            outcome.faults.len()
        );
        faults.extend(outcome.faults);
        if options.minimise {
            let (count, bytes) = corpus::minimise(&programs.program(name), &folders)?;
            println!("{:<14}corpus: {count} inputs, {bytes} bytes", "");
        }
    }
    match faults.as_slice() {
        [] => Ok(()),
        faults => Err(format!("{} inputs show a fault:\n{}", faults.len(), faults.join("\n"))),
    }
}
