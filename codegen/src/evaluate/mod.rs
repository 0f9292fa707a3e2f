//! How well a model does on examples with labels: the float model beside what is compiled of it.
//!
//! The interpreter runs both; its integers are those of the device. Figures are computed once, here; text and JSON are views of them. An
//! [`Evaluation`]'s fields are the JSON schema, whose version is [`SCHEMA`].

mod classes;
mod judge;
mod ranking;
mod record;
mod run;
mod task;
mod text;
mod values;

use std::path::{Path, PathBuf};

use serde::Serialize;

pub use classes::{Class, Classes, Confidence};
pub use ranking::{Ranking, Roc, Threshold};
pub use record::{Fingerprint, Record};
pub use run::Saturated;
pub use task::Task;
pub use values::Values;

use crate::config::{Options, Precision};
use crate::data;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::ir::{DType, Graph, Tensor};
use crate::pipeline::{Optimised, optimise};
use crate::source::Source;
use judge::Judge;
use run::run;

/// Version of the JSON schema. It rises when a field goes or means something else.
pub const SCHEMA: u32 = 1;

/// Examples that are listed as the worst.
const WORST: usize = 10;

/// What is to be evaluated.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// The options to compile with, the main ones first, each with a name for its column.
    pub options: &'a [(String, Options)],
    /// Example inputs (see [`data::examples`]).
    pub data: &'a Path,
    /// The labels; if none, an array of `data` that is named so (see [`data::LABELS`]).
    pub labels: Option<&'a Path>,
    /// The task; if none, the one that the labels are made for.
    pub task: Option<Task>,
    /// The output that counts; if none, the only one of real numbers.
    pub output: Option<&'a str>,
    /// Share of normal examples that may be taken for anomalies.
    pub false_alarms: f64,
}

/// How well a model does.
#[derive(Debug, Serialize)]
pub struct Evaluation {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The model's name.
    pub model: String,
    /// What it is to do.
    pub task: Task,
    /// The output that counts.
    pub output: String,
    /// Examples.
    pub examples: usize,
    /// How scores become probabilities, where there are classes.
    pub probabilities: Option<Probabilities>,
    /// The float model (`f32`), if the file has one, and then each option set.
    pub columns: Vec<Column>,
    /// The number of the main options' column: the second where the float model has one of its own.
    #[serde(skip)]
    main: usize,
    /// What the compiler said of the main options.
    #[serde(skip)]
    pub notes: Diagnostics,
    /// The files that the main options' model depends on, itself the first.
    #[serde(skip)]
    pub files: Vec<PathBuf>,
}

/// How the outputs' scores become probabilities that sum up to 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Probabilities {
    /// They are, but for rounding.
    Outputs,
    /// The one output is that of the second class.
    Single,
    /// By softmax.
    Softmax,
    /// The one output is the logarithm of the odds of the second class.
    Logistic,
}

/// One way to compute the model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Column {
    /// `f32`, or the options' name.
    pub name: String,
    /// How well it does.
    pub figures: Figures,
    /// How near it is to the first column.
    pub beside: Option<Beside>,
    /// Tensors whose values were cut, the most first.
    pub saturated: Vec<Saturated>,
    /// The examples with the largest loss, the largest first.
    pub worst: Vec<Worst>,
}

/// Figures of a task.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Figures {
    /// Of classes.
    Classes(Classes),
    /// Of anomaly scores.
    Anomaly {
        /// How well they rank.
        ranking: Option<Ranking>,
        /// The threshold with the allowed share of false alarms.
        threshold: Option<Threshold>,
    },
    /// Of predicted numbers.
    Values(Values),
}

impl Figures {
    /// The name of the [headline](Self::headline).
    pub fn headline_name(&self) -> &'static str {
        match self {
            Figures::Classes(_) => "accuracy",
            Figures::Anomaly { .. } => "area under ROC",
            Figures::Values(_) => "R²",
        }
    }

    /// The one figure to hold against a limit, where higher is better: the accuracy, the area under the curve, or R².
    pub fn headline(&self) -> Option<f64> {
        match self {
            Figures::Classes(classes) => Some(classes.accuracy),
            Figures::Anomaly { ranking, .. } => ranking.as_ref().map(|ranking| ranking.auc),
            Figures::Values(values) => Some(values.r2),
        }
    }
}

/// How near one way to compute the model is to another.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Beside {
    /// Share of the examples that both take for the same class.
    pub agreement: Option<f64>,
    /// Largest difference of an output, in its unit.
    pub largest_difference: f64,
    /// How much lower the headline figure is.
    pub lost: Option<f64>,
}

/// An example that is far from right.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Worst {
    /// Its number in the data, from 0.
    pub example: usize,
    /// −ln of the right class's probability; the score of a normal example and its negative for an anomaly; the largest difference of a value.
    pub loss: f64,
    /// What is right: the class, 0 or 1, or the value.
    pub right: String,
    /// What the model says: the class with its probability, the score, or the value.
    pub found: String,
}

impl Evaluation {
    /// The column of the main options.
    pub fn main(&self) -> Option<&Column> {
        self.columns.get(self.main)
    }
}

/// Evaluates a model.
///
/// # Errors
/// The model does not compile, the data do not fit, there are no labels, or they do not fit; no options are given.
pub fn evaluate(source: &Source, request: &Request<'_>) -> Result<Evaluation, Diagnostics> {
    let mut compiled = Vec::new();
    for (name, options) in request.options {
        compiled.push((name.clone(), optimise(source, options, &mut |_, _| {})?));
    }
    let Some((_, main)) = compiled.first() else {
        return Err(Diagnostic::error("there are no options to compile the model with").into());
    };
    let (notes, files) = (main.notes.clone(), main.files.clone());
    if main.quantisation.is_some() {
        let options = request.options.first().map(|(_, options)| options.clone()).unwrap_or_default();
        let float = Options { precision: Precision::F32, calibration: None, ..options };
        compiled.insert(0, ("f32".to_owned(), optimise(source, &float, &mut |_, _| {})?));
    }
    let [(first_name, first), others @ ..] = compiled.as_slice() else { return Err(Diagnostics::default()) };
    let (output, output_name) = output(&first.graph, request.output)?;
    let labels = data::labels(&first.graph, request.data, request.labels)?;
    let run = |graph: &Graph| run(graph, output, &data::examples(graph, request.data)?);
    let ran = run(&first.graph)?;
    let judge = Judge::new(&first.graph, &ran, &labels, request)?;
    let mut columns = vec![judge.column(first_name, &first.graph, &ran, None)];
    for (name, Optimised { graph, .. }) in others {
        columns.push(judge.column(name, graph, &run(graph)?, columns.first()));
    }
    Ok(Evaluation {
        schema: SCHEMA,
        model: first.graph.name.clone(),
        task: judge.task(),
        output: output_name,
        examples: ran.outputs.len(),
        probabilities: judge.probabilities,
        columns,
        main: compiled.len() - request.options.len(),
        notes,
        files,
    })
}

/// The number and the name of the output that counts.
fn output(graph: &Graph, name: Option<&str>) -> Result<(usize, String), Diagnostic> {
    let outputs =
        || graph.outputs.iter().enumerate().map(|(number, port)| (number, graph.tensor(port.tensor)));
    let fault = |message: String| {
        let names: Vec<_> = outputs().map(|(_, tensor)| format!("`{}`", tensor.name)).collect();
        Diagnostic::error(message)
            .at(Place::option("output"))
            .help(format!("the outputs are {}", names.join(", ")))
    };
    let named = |(number, tensor): (usize, &Tensor)| (number, tensor.name.clone());
    if let Some(name) = name {
        let found = outputs().find(|(_, tensor)| tensor.name == name).map(named);
        return found.ok_or_else(|| fault(format!("the model has no output `{name}`")));
    }
    let is_real = |tensor: &Tensor| tensor.ty.dtype == DType::F32 || tensor.ty.quant.is_some();
    let reals: Vec<_> = outputs().filter(|(_, tensor)| is_real(tensor)).collect();
    let all: Vec<_> = outputs().collect();
    match (reals.as_slice(), all.as_slice()) {
        (&[only], _) | ([], &[only]) => Ok(named(only)),
        _ => Err(fault("the model has several outputs, and one of them must be named".to_owned())),
    }
}
