//! The command line.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use tinyml_codegen::config::Options;
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics};
use tinyml_codegen::evaluate::Task;
use tinyml_codegen::source::Source;
use tinyml_codegen::{files, limits};

/// Compiles trained models (ONNX, TFLite) to static, no_std, fixed-point Rust.
#[derive(Parser)]
#[command(name = "tinyml", version, about)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) manner: Manner,
}

/// How much the command says beside its results, and how.
#[derive(Args, Clone, Copy, Default)]
pub(crate) struct Manner {
    /// Say errors and warnings only: no notes, no progress.
    #[arg(long, short, global = true, conflicts_with = "verbose")]
    pub(crate) quiet: bool,
    /// Say what each pass leaves of the graph.
    #[arg(long, short, global = true)]
    pub(crate) verbose: bool,
    /// Whether messages are coloured: where standard error is a terminal and NO_COLOR is not set, always, never.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
}

#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Color {
    /// Where it is of use.
    #[default]
    Auto,
    /// Also into files and pipes.
    Always,
    /// Nowhere.
    Never,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Show the graph, types, MACs, sizes and quantisation; what is unsupported and where.
    Inspect(InspectArgs),
    /// Write the model as Rust.
    Compile(CompileArgs),
    /// Build the generated code, run it and compare it with the model's reference.
    Verify(VerifyArgs),
    /// List the boards, show one, or show on which a model fits.
    Boards(BoardsArgs),
    /// Estimate latency, energy and battery life on a board.
    Estimate(EstimateArgs),
    /// Measure on examples with labels how well the model does: the float model beside what is compiled of it.
    Evaluate(EvaluateArgs),
    /// Print a script that lets a shell complete the command line.
    ///
    /// For bash: `tinyml completions bash > ~/.local/share/bash-completion/completions/tinyml`.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Write manual pages, one for each command, into a folder.
    Man {
        /// The folder, such as ~/.local/share/man/man1.
        folder: PathBuf,
    },
}

/// A model and the options it is compiled with.
#[derive(Args)]
pub(crate) struct ModelArgs {
    /// The model file; `-` reads standard input.
    pub(crate) model: PathBuf,
    #[command(flatten)]
    pub(crate) options: OptionArgs,
}

/// The options by the names that `include_model!` uses.
#[derive(Args)]
pub(crate) struct OptionArgs {
    /// The board that the model must fit: a name from `tinyml boards`, or a profile (.toml).
    #[arg(long, short)]
    board: Option<String>,
    /// Generate for one core only: cortex-m4, riscv32, portable ….
    #[arg(long)]
    core: Option<String>,
    /// Example inputs (.npz, .npy, .csv) to quantise a float model with.
    #[arg(long)]
    calibration: Option<String>,
    /// How activation ranges are chosen: min-max, percentile, mse, entropy.
    #[arg(long)]
    calibrator: Option<String>,
    /// Correct biases for the rounding of weights: true, false.
    #[arg(long)]
    bias_correction: Option<String>,
    /// Balance channel ranges between layers before quantising: true, false.
    #[arg(long, alias = "equalize")]
    equalise: Option<String>,
    /// int8 or f32.
    #[arg(long)]
    precision: Option<String>,
    /// What the code is to be best at: balanced, speed, size, ram.
    #[arg(long, alias = "optimize")]
    optimise: Option<String>,
    /// How the model gets its input: whole, rows, stream (the new rows of a window over time).
    #[arg(long)]
    input: Option<String>,
    /// Rows by which the window of `--input stream` slides with each step; by default the least that the strides allow.
    #[arg(long)]
    step: Option<String>,
    /// How long a slice of an inference may take: cycles such as 100_000, or with a board a time such as 2ms.
    #[arg(long)]
    slice: Option<String>,
    /// In which order an ONNX model's images are given and taken: channels-last, file.
    #[arg(long)]
    layout: Option<String>,
    /// Whose rounding a TFLite model follows: tflm, litert.
    #[arg(long)]
    reference: Option<String>,
    /// Extents that the file leaves open: 1x3x96x96, or name=1x3x96x96.
    #[arg(long)]
    input_shape: Option<String>,
    /// An input and an output that the model keeps between inferences: h_in=h_out; may be given several times.
    #[arg(long, value_name = "INPUT=OUTPUT")]
    state: Vec<String>,
    /// The record of an evaluation that must be of this build, and within its limits.
    #[arg(long)]
    accept: Option<String>,
    /// RAM that the rest of the firmware needs, in bytes: 16_384, 16k.
    #[arg(long)]
    reserve_ram: Option<String>,
    /// Flash that the rest of the firmware needs, in bytes: 100_000, 100k.
    #[arg(long)]
    reserve_flash: Option<String>,
}

#[derive(Args)]
pub(crate) struct InspectArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
    /// Print the memory plan instead: per step what lives where; as text, as JSON, or as a picture of the arena over time.
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "text", value_name = "FORM")]
    pub(crate) memory: Option<Form>,
    /// Print what a step of `--input stream` does with the rows of the window instead: as text, as JSON, or as a picture.
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "text", value_name = "FORM")]
    pub(crate) window: Option<Form>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Lines for readers.
    Text,
    /// For machines.
    Json,
    /// A picture.
    Svg,
}

#[derive(Args)]
pub(crate) struct CompileArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// The file to write; `-` writes standard output. An existing file is replaced only if the compilation succeeds.
    #[arg(long, short)]
    pub(crate) output: PathBuf,
    /// What to write.
    #[arg(long, value_enum, default_value_t = Emit::Rust)]
    pub(crate) emit: Emit,
    /// With `--core` or `--board`: also write the scalar kernels' code, which a host takes, so that `cargo test` runs there. Macro and builder
    /// always do.
    #[arg(long)]
    pub(crate) host_tests: bool,
    /// The runtime crate's path in the generated code.
    #[arg(long, default_value = "::tinyml")]
    pub(crate) runtime: String,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// The module, to be checked in as `src/NAME.rs`.
    Rust,
    /// The finished graph as text.
    Ir,
    /// The layers and sizes.
    Json,
}

#[derive(Args)]
pub(crate) struct VerifyArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Number of random inputs.
    #[arg(long, default_value_t = 16)]
    pub(crate) samples: usize,
    /// Example inputs (.npz, .npy, .csv: f32 arrays named after the inputs) instead of random ones.
    #[arg(long)]
    pub(crate) data: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct BoardsArgs {
    /// Show this board.
    pub(crate) name: Option<String>,
    /// Show on which boards this model fits.
    #[arg(long)]
    pub(crate) model: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) options: OptionArgs,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct EstimateArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// How often the model runs: 2/s, 10/min, 4/h, 1/day.
    #[arg(long)]
    pub(crate) rate: Option<String>,
    /// What supplies the board: cr2032, or capacity and voltage as 1200mAh@3.7V.
    #[arg(long)]
    pub(crate) battery: Option<String>,
    /// The core's clock in place of the board's highest: 64MHz.
    #[arg(long)]
    pub(crate) clock: Option<String>,
    /// The current while the core computes, in place of the profile's: 4.6mA, or 4.6mA@3.3V.
    #[arg(long)]
    pub(crate) active_current: Option<String>,
    /// The current between inferences, in place of the profile's: 3uA, or 3uA@3.3V.
    #[arg(long)]
    pub(crate) sleep_current: Option<String>,
    /// Bytes that would be sent for each inference without the model; by default those of its inputs.
    #[arg(long)]
    pub(crate) baseline_bytes: Option<u64>,
    /// Bytes that are sent for each inference with the model; by default those of its outputs.
    #[arg(long)]
    pub(crate) sent_bytes: Option<u64>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct EvaluateArgs {
    #[command(flatten)]
    pub(crate) model: ModelArgs,
    /// Examples that the model was not trained with: .npz, .npy or .csv, as for `--calibration`.
    #[arg(long)]
    pub(crate) data: PathBuf,
    /// The labels: a file with one array. If none, the array of the data (or the column of a .csv) that is named labels, label, y, target,
    /// targets or class.
    #[arg(long)]
    pub(crate) labels: Option<PathBuf>,
    /// What the labels are: classes (their numbers), anomaly (0 or 1), values (numbers); told by the labels if none.
    #[arg(long, value_parser = task, value_name = "TASK")]
    pub(crate) task: Option<Task>,
    /// The output that counts, where the model has several.
    #[arg(long)]
    pub(crate) output: Option<String>,
    /// Another set of options, as changes to those above, for a column of its own: `calibrator=mse,equalise=true`. May be given several times.
    #[arg(long, value_name = "OPTIONS")]
    pub(crate) also: Vec<String>,
    /// Share of the normal examples that an anomaly threshold may let pass as anomalies.
    #[arg(long, default_value_t = 0.01, value_parser = share, value_name = "SHARE")]
    pub(crate) false_alarms: f64,
    /// Fail if the accuracy is below this; for anomalies, the area under the curve; for values, R².
    #[arg(long, value_name = "ACCURACY")]
    pub(crate) min_accuracy: Option<f64>,
    /// Fail if that figure is more than this below the float model's.
    #[arg(long, value_name = "LOSS")]
    pub(crate) max_loss: Option<f64>,
    /// Write a record of what was found and of these limits, if they are kept. Builds with `accept = "FILE"` fail when the record is not of
    /// their model, options and compiler.
    #[arg(long, value_name = "FILE")]
    pub(crate) record: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    pub(crate) json: bool,
}

fn task(name: &str) -> Result<Task, String> {
    Task::from_name(name).ok_or_else(|| format!("one of {}", Task::ALL.map(Task::name).join(", ")))
}

fn share(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "a share lies between 0 and 1".to_owned())
}

impl OptionArgs {
    /// Whether the option `slice` is given.
    pub(crate) fn has_slice(&self) -> bool {
        self.slice.is_some()
    }

    /// The compiler's options; all faults together.
    pub(crate) fn options(&self) -> Result<Options, Diagnostics> {
        let given = [
            ("board", &self.board),
            ("core", &self.core),
            ("calibration", &self.calibration),
            ("calibrator", &self.calibrator),
            ("bias_correction", &self.bias_correction),
            ("equalise", &self.equalise),
            ("precision", &self.precision),
            ("optimise", &self.optimise),
            ("input", &self.input),
            ("step", &self.step),
            ("slice", &self.slice),
            ("layout", &self.layout),
            ("reference", &self.reference),
            ("input_shape", &self.input_shape),
            ("accept", &self.accept),
            ("reserve_ram", &self.reserve_ram),
            ("reserve_flash", &self.reserve_flash),
        ];
        let mut options = Options::default();
        let mut faults = Diagnostics::default();
        for (name, value) in given {
            if let Some(Err(fault)) = value.as_ref().map(|value| options.set(name, value)) {
                faults.push(fault);
            }
        }
        for pair in &self.state {
            if let Err(fault) = options.set("state", pair) {
                faults.push(fault);
            }
        }
        faults.into_result(options)
    }
}

/// The model at a path, or from standard input.
pub(crate) fn source(path: &Path) -> Result<Source, Diagnostics> {
    if path != Path::new("-") {
        return Source::read(path);
    }
    let bytes = files::read_from(std::io::stdin().lock(), limits::MOST_MODEL_BYTES)
        .map_err(|fault| Diagnostic::error(format!("cannot read standard input: {fault}")))?;
    Ok(Source { path: PathBuf::from("model"), bytes })
}
