//! A committed record of what a model was found to do, which builds are held to: accuracy as a budget.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{Evaluation, Request, SCHEMA};
use crate::config::Options;
use crate::diagnostic::{Diagnostic, Diagnostics, Place};
use crate::files::{fingerprint, read, read_text};
use crate::limits;
use crate::source::Source;

/// What was found, of which files, and what must be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// [`SCHEMA`].
    pub schema: u32,
    /// The compiler's version.
    pub compiler: String,
    /// The model, its external data and its calibration data.
    pub files: Vec<Fingerprint>,
    /// The options that the answers depend on (see [`Options::describe_answers`]).
    pub options: String,
    /// Examples and labels.
    pub data: Vec<Fingerprint>,
    /// Number of examples.
    pub examples: usize,
    /// What was measured: see [`Figures::headline_name`](super::Figures::headline_name).
    pub figure: String,
    /// Its value.
    pub value: f64,
    /// Its value for the float model.
    pub float: Option<f64>,
    /// The least value that is accepted.
    pub min_accuracy: Option<f64>,
    /// How far below the float model's it may be.
    pub max_loss: Option<f64>,
}

/// A file and what its contents were.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fingerprint {
    /// The file's name, without its folder.
    pub file: String,
    /// Its [`fingerprint`], in hexadecimal digits.
    pub fingerprint: String,
}

impl Fingerprint {
    fn new(path: &Path, bytes: &[u8]) -> Fingerprint {
        let file = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Fingerprint { file, fingerprint: format!("{:016x}", fingerprint(bytes)) }
    }

    fn of(path: &Path) -> Result<Fingerprint, Diagnostic> {
        let bytes = read(path, limits::MOST_EXAMPLE_BYTES);
        let bytes = bytes
            .map_err(|fault| Diagnostic::error(format!("cannot read it: {fault}")).at(Place::file(path)))?;
        Ok(Fingerprint::new(path, &bytes))
    }

    /// Of the model as it was read, and of the other files, of which the model is the first.
    fn all(source: &Source, files: &[PathBuf]) -> Result<Vec<Fingerprint>, Diagnostic> {
        let others = files.iter().skip(1).map(|path| Fingerprint::of(path));
        std::iter::once(Ok(Fingerprint::new(&source.path, &source.bytes))).chain(others).collect()
    }
}

impl Record {
    /// The record of an evaluation: of its main options.
    ///
    /// # Errors
    /// A file cannot be read again, or the model has no figure.
    pub fn new(
        source: &Source,
        request: &Request<'_>,
        evaluation: &Evaluation,
        min_accuracy: Option<f64>,
        max_loss: Option<f64>,
    ) -> Result<Record, Diagnostic> {
        let no_figure = || Diagnostic::error("there is nothing to record: all examples are of one kind");
        let main = evaluation.main().ok_or_else(no_figure)?;
        let value = main.figures.headline().ok_or_else(no_figure)?;
        let data = std::iter::once(request.data).chain(request.labels);
        Ok(Record {
            schema: SCHEMA,
            compiler: env!("CARGO_PKG_VERSION").to_owned(),
            files: Fingerprint::all(source, &evaluation.files)?,
            options: request
                .options
                .first()
                .map(|(_, options)| options.describe_answers())
                .unwrap_or_default(),
            data: data.map(Fingerprint::of).collect::<Result<_, _>>()?,
            examples: evaluation.examples,
            figure: main.figures.headline_name().to_owned(),
            value,
            float: main.beside.and_then(|beside| beside.lost).map(|lost| value + lost),
            min_accuracy,
            max_loss,
        })
    }

    /// Holds a model against the record at `path`, which the option `accept` names. `files` are those that the model depends on, itself the first.
    ///
    /// # Errors
    /// There is no record, it is of another model, another compiler or other options, or the model does not reach its limits.
    pub fn check(
        path: &Path,
        source: &Source,
        files: &[PathBuf],
        options: &Options,
    ) -> Result<(), Diagnostics> {
        let at =
            |fault: Diagnostic| fault.at(Place { option: Some("accept".to_owned()), ..Place::file(path) });
        let record = match read_text(path, limits::MOST_PROFILE_BYTES) {
            Ok(text) => serde_json::from_str::<Record>(&text).map_err(|fault| {
                Diagnostic::error(format!("this is no record of an evaluation: {fault}")).help("`tinyml evaluate --record` writes one")
            }),
            Err(fault) => Err(Diagnostic::error(format!("cannot read the record: {fault}")).help(
                "`tinyml evaluate MODEL --data TEST --min-accuracy A --record FILE` writes it, with the options of this build",
            )),
        };
        let record = record.map_err(at)?;
        let mut faults = Diagnostics::default();
        faults.extend(record.is_stale(source, files, options).map_err(at)?.map(|why| {
            let message = format!("the record of the evaluation is not of this build: {why}");
            at(Diagnostic::error(message).help(format!(
                "evaluate again with the options of this build: `{}`",
                record.command(path, source)
            )))
        }));
        faults.extend(record.misses().map(|miss| {
            at(Diagnostic::error(miss)
                .help("calibrate with more, and more typical, examples, or accept less"))
        }));
        faults.into_result(())
    }

    /// Why the record is of another build.
    fn is_stale(
        &self,
        source: &Source,
        files: &[PathBuf],
        options: &Options,
    ) -> Result<Option<String>, Diagnostic> {
        if (self.schema, self.compiler.as_str()) != (SCHEMA, env!("CARGO_PKG_VERSION")) {
            return Ok(Some(format!("it was made by version {}", self.compiler)));
        }
        if self.options != options.describe_answers() {
            return Ok(Some(format!(
                "the options were {}, they are {}",
                self.options,
                options.describe_answers()
            )));
        }
        let now = Fingerprint::all(source, files)?;
        let changed = now.iter().zip(&self.files).find(|(now, then)| now.fingerprint != then.fingerprint);
        Ok(match changed {
            Some((now, then)) if now.file == then.file => Some(format!("{} has changed", now.file)),
            Some((now, then)) => Some(format!("it is of {}, not of {}", then.file, now.file)),
            None if now.len() != self.files.len() => Some("other files belong to the model".to_owned()),
            None => None,
        })
    }

    /// Which limit is missed.
    fn misses(&self) -> Option<String> {
        let Record { figure, value, .. } = self;
        let below = self.min_accuracy.filter(|least| value.is_nan() || value < least);
        let lost = self.float.map(|float| float - value);
        let above = self.max_loss.filter(|most| !lost.is_some_and(|lost| lost <= *most));
        match (below, above) {
            (Some(least), _) => Some(format!("{figure} is {value:.4}, {least} is asked for")),
            (None, Some(most)) => {
                let lost = lost.map_or("an unknown part".to_owned(), |lost| format!("{lost:.4}"));
                Some(format!("{lost} of the float model's {figure} is lost, {most} is allowed"))
            }
            (None, None) => None,
        }
    }

    /// The command that makes the record again.
    fn command(&self, path: &Path, source: &Source) -> String {
        let name = |path: &Path| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let mut command = format!("tinyml evaluate {}", name(&source.path));
        for (option, file) in ["--data", "--labels"].iter().zip(&self.data) {
            command.push_str(&format!(" {option} {}", file.file));
        }
        for (option, limit) in [("--min-accuracy", self.min_accuracy), ("--max-loss", self.max_loss)] {
            command.push_str(&limit.map(|limit| format!(" {option} {limit}")).unwrap_or_default());
        }
        format!("{command} --record {}", name(path))
    }
}
