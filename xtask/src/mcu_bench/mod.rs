//! `cargo xtask mcu-bench`: what models cost on microcontroller cores.
//!
//! A model is compiled by the command `tinyml` ([`compiler`]), linked into an image of its own ([`measure`]) and run in QEMU under a plugin
//! that counts how often each piece of code runs ([`plugin`]). The instructions are decoded from the image ([`elf`],
//! [`instruction`]), weighed by a cycle model ([`timing`]) and added up by function and by layer ([`tally`]).

mod baseline;
mod compiler;
mod docs;
mod elf;
mod fit;
mod golden;
mod instruction;
mod layers;
mod measure;
mod measurement;
mod models;
mod modes;
mod module;
mod peers;
mod plugin;
mod record;
mod steps;
mod table;
mod tally;
mod timing;

use baseline::{Baseline, Comparison, Of};
use clap::Args;
use compiler::Compiler;
pub(crate) use fit::run as fit_costs;
use measure::Bench;
use measurement::Measurement;
use models::Model;
use modes::Mode;

use crate::firmware::cores::{CORES, Core};

/// What to measure, and what to show.
#[derive(Args)]
pub(crate) struct Arguments {
    /// A core: m0, m3, m4, m7, m33, m55, rv32. May be repeated; all by default.
    #[arg(long = "core")]
    cores: Vec<String>,
    /// A model: a folder of tests/cases, an example's name, a file's stem in TINYML_MODEL_ZOO, or a path. May be repeated; by default
    /// the four shapes of MLPerf Tiny, a step of a wake word and kws, and MLPerf Tiny's own models if there is a zoo.
    #[arg(long = "model")]
    models: Vec<String>,
    /// How to compile. May be repeated; by default balanced and, of what docs/benchmarks.md shows in every mode, on Cortex-M4 the
    /// others, too, unless a single thing is looked at (--option, --layers, --top).
    #[arg(long = "mode")]
    modes: Vec<Mode>,
    /// An option of `tinyml compile`, as `optimise=size`. May be repeated.
    #[arg(long = "option", value_name = "NAME=VALUE")]
    options: Vec<String>,
    /// Show so many functions that take the most time.
    #[arg(long, value_name = "N", default_value_t = 0)]
    top: usize,
    /// Show what each layer takes.
    #[arg(long)]
    layers: bool,
    /// Show what slices take, and all of them beside `run`: with `--option slice=100_000`, say.
    #[arg(long, conflicts_with_all = ["layers", "json", "check", "bless"])]
    slices: bool,
    /// Write everything as JSON.
    #[arg(long)]
    json: bool,
    /// Compare with the committed figures; fail if instructions differ by more than a hundredth.
    #[arg(long, conflicts_with = "options")]
    check: bool,
    /// Make the new figures the committed ones: docs/benchmarks/*.json and the tables in docs/benchmarks.md. With --layers also
    /// docs/benchmarks/layers.json, which takes the layers of any model.
    #[arg(long, conflicts_with_all = ["options", "check"])]
    bless: bool,
}

impl Arguments {
    /// The modes in which a model is measured on a core.
    fn modes(&self, model: &Model, core: &Core) -> Vec<Mode> {
        if !self.modes.is_empty() {
            return self.modes.clone();
        }
        let all = core.name == modes::CORE
            && self.options.is_empty()
            && !self.layers
            && !self.slices
            && self.top == 0;
        let others = model.modes.iter().filter(|_| all);
        [Mode::Balanced].iter().chain(others).copied().collect()
    }
}

pub(crate) fn run(arguments: &Arguments) -> Result<(), String> {
    let models = models::choose(&arguments.models)?;
    let cores = cores(&arguments.cores)?;
    let compiler = Compiler { onnx: models.iter().any(Model::is_onnx) };
    let mut bench = Bench::new(compiler, options(&arguments.options)?)?;
    let compilers = cores.iter().map(|core| bench.compiler(core)).collect::<Result<Vec<_>, _>>()?;
    let mut measurements: Vec<Measurement> = Vec::new();
    for model in &models {
        for core in &cores {
            for mode in arguments.modes(model, core) {
                // Options of the caller's may be other than the default's.
                let default = arguments.options.is_empty() || !mode.is_balanced();
                let mode_words = default.then(|| mode.words().to_owned());
                let how: Vec<_> = mode_words.into_iter().chain(arguments.options.clone()).collect();
                eprintln!("measuring {} on {}, {}", model.name, core.title, how.join(", "));
                let measurement = bench.measure(model, mode, core, arguments.layers)?;
                same_results(&measurements, &measurement)?;
                if !arguments.json && (arguments.layers || arguments.top > 0) {
                    print!("{}", table::details(&measurement, arguments.top));
                }
                if arguments.slices {
                    let slices = bench.measure_slices(model, mode, core)?;
                    println!("{}", table::slices(&measurement, &slices));
                }
                measurements.push(measurement);
            }
        }
    }
    show(arguments, &cores, &measurements)?;
    for of in Of::ALL {
        let of_baseline = |measurement: &&Measurement| {
            models.iter().any(|model| model.name == measurement.model && model.baseline == Some(of))
        };
        let measurements: Vec<_> = measurements.iter().filter(of_baseline).cloned().collect();
        match (measurements.is_empty(), arguments.bless, arguments.check) {
            (false, true, _) => drop(Baseline { compilers: compilers.clone(), measurements }.write(of)?),
            (false, _, true) => check(of, &measurements, &compilers)?,
            _ => {}
        }
    }
    if arguments.bless && arguments.layers {
        record::write(&measurements)?;
    }
    if arguments.bless { docs::write() } else { Ok(()) }
}

fn show(arguments: &Arguments, cores: &[&Core], measurements: &[Measurement]) -> Result<(), String> {
    if arguments.json {
        println!("{}", serde_json::to_string_pretty(measurements).map_err(|fault| fault.to_string())?);
        return Ok(());
    }
    println!("{}\n{}", table::time(measurements), table::memory(measurements));
    for core in cores {
        println!("{}: {}", core.title, timing::source(core.name));
    }
    Ok(())
}

/// Compares with the committed figures, and says what was compared.
fn check(of: Of, measurements: &[Measurement], compilers: &[baseline::Compiler]) -> Result<(), String> {
    let path = of.path();
    let baseline = Baseline::read(of)?
        .ok_or_else(|| format!("{} is missing: cargo xtask mcu-bench --bless", path.display()))?;
    let comparison = Comparison::new(&baseline, measurements, compilers);
    for reason in &comparison.left_out {
        println!("NOT COMPARED: {reason}");
    }
    println!("compared with {}: {} of {}", path.display(), comparison.compared, measurements.len());
    comparison.verdict()
}

fn cores(named: &[String]) -> Result<Vec<&'static Core>, String> {
    if named.is_empty() {
        return Ok(CORES.iter().collect());
    }
    let find = |name: &String| {
        CORES.iter().find(|core| core.name == name).ok_or_else(|| {
            let known: Vec<_> = CORES.iter().map(|core| core.name).collect();
            format!("there is no core `{name}`; there are {}", known.join(", "))
        })
    };
    named.iter().map(find).collect()
}

/// `optimise=size` as the command line takes it.
fn options(given: &[String]) -> Result<Vec<String>, String> {
    let mut options = Vec::new();
    for option in given {
        let (name, value) =
            option.split_once('=').ok_or_else(|| format!("`{option}` is not an option and its value"))?;
        options.extend([format!("--{}", name.replace('_', "-")), value.to_owned()]);
    }
    Ok(options)
}

/// What a model computes is the same on every core, in every mode.
fn same_results(measured: &[Measurement], new: &Measurement) -> Result<(), String> {
    match measured.iter().find(|other| other.model == new.model && other.results != new.results) {
        Some(other) => {
            let [new, other] = [new, other].map(|one| format!("{} on {}", one.title(), one.core));
            Err(format!("the results of {new} and {other} differ"))
        }
        None => Ok(()),
    }
}
