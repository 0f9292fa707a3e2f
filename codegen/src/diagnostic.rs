//! Messages to the user: what is wrong, where, and the way out.

use std::fmt;
use std::path::PathBuf;

use crate::escape;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Something the compiler did that the user may want to know.
    Note,
    /// Probably a mistake, but there is a result.
    Warning,
    /// There is no result.
    Error,
}

/// Where in the user's input a message belongs.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Place {
    /// The file.
    pub file: Option<PathBuf>,
    /// Byte offset in the file.
    pub offset: Option<usize>,
    /// The node's name.
    pub node: Option<String>,
    /// The node's operator, as the model file names it (or the IR, after import).
    pub operator: Option<String>,
    /// The tensor's name.
    pub tensor: Option<String>,
    /// The option's name.
    pub option: Option<String>,
}

impl Place {
    /// A file.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Place { file: Some(path.into()), ..Place::default() }
    }

    /// A node.
    pub fn node(name: &str, operator: &str) -> Self {
        Place { node: Some(name.to_owned()), operator: Some(operator.to_owned()), ..Place::default() }
    }

    /// A tensor.
    pub fn tensor(name: &str) -> Self {
        Place { tensor: Some(name.to_owned()), ..Place::default() }
    }

    /// An option.
    pub fn option(name: &str) -> Self {
        Place { option: Some(name.to_owned()), ..Place::default() }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        if let Some(option) = &self.option {
            parts.push(format!("option `{}`", escape::line(option)));
        }
        if let Some(file) = &self.file {
            parts.push(escape::line(&file.display().to_string()).into_owned());
        }
        if let Some(offset) = self.offset {
            parts.push(format!("byte {offset}"));
        }
        match (&self.node, &self.operator) {
            (Some(node), Some(operator)) => {
                parts.push(format!("node `{}` ({})", escape::line(node), escape::line(operator)));
            }
            (Some(node), None) => parts.push(format!("node `{}`", escape::line(node))),
            (None, Some(operator)) => parts.push(escape::line(operator).into_owned()),
            (None, None) => {}
        }
        if let Some(tensor) = &self.tensor {
            parts.push(format!("tensor `{}`", escape::line(tensor)));
        }
        f.write_str(&parts.join(", "))
    }
}

/// One message.
#[derive(Clone, Debug, PartialEq)]
pub struct Diagnostic {
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong, in one sentence without a full stop: one line of visible characters, whatever names are in it.
    pub message: String,
    /// Where.
    pub place: Place,
    /// The way out: lines of visible characters.
    pub help: Option<String>,
}

impl Diagnostic {
    fn new(severity: Severity, message: impl Into<String>) -> Self {
        let message = escape::line(&message.into()).into_owned();
        Diagnostic { severity, message, place: Place::default(), help: None }
    }

    /// An error.
    pub fn error(message: impl Into<String>) -> Self {
        Self::new(Severity::Error, message)
    }

    /// A warning.
    pub fn warning(message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, message)
    }

    /// A note.
    pub fn note(message: impl Into<String>) -> Self {
        Self::new(Severity::Note, message)
    }

    /// The message at a place; parts of a place that are already known stay.
    pub fn at(mut self, place: Place) -> Self {
        let own = self.place;
        self.place = Place {
            file: own.file.or(place.file),
            offset: own.offset.or(place.offset),
            node: own.node.or(place.node),
            operator: own.operator.or(place.operator),
            tensor: own.tensor.or(place.tensor),
            option: own.option.or(place.option),
        };
        self
    }

    /// The message with the way out.
    pub fn help(self, help: impl Into<String>) -> Self {
        self.help_lines([help.into()])
    }

    /// The message with the way out in several lines.
    pub fn help_lines(mut self, lines: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let line = |line: &str| escape::line(line).into_owned();
        let lines: Vec<_> = lines.into_iter().map(|text| line(text.as_ref())).collect();
        self.help = Some(lines.join("\n"));
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let label = match self.severity {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        };
        write!(f, "{label}: {}", self.message)?;
        let place = self.place.to_string();
        if !place.is_empty() {
            write!(f, "\n  at: {place}")?;
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {}", help.replace('\n', "\n        ")),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Diagnostic {}

/// Messages of one compilation, in the order in which they were found.
#[derive(Clone, Default, PartialEq)]
pub struct Diagnostics(Vec<Diagnostic>);

/// Messages of one compilation; more help nobody.
const MOST_MESSAGES: usize = 500;

/// What is said instead of more.
const MORE: &str = "there is more to say than is shown here";

impl Diagnostics {
    /// Adds a message.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        // One cause is often met at several places of the compiler.
        if self.0.contains(&diagnostic) {
            return;
        }
        let full = self.0.len() >= MOST_MESSAGES;
        match self.0.last_mut().filter(|_| full) {
            // A hostile file has as many faults as it likes.
            Some(last) if last.message == MORE => last.severity = last.severity.max(diagnostic.severity),
            Some(_) => self.0.push(Diagnostic::new(diagnostic.severity, MORE)),
            None => self.0.push(diagnostic),
        }
    }

    /// Adds all messages of another list.
    pub fn extend(&mut self, other: impl IntoIterator<Item = Diagnostic>) {
        other.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// The messages.
    pub fn iter(&self) -> std::slice::Iter<'_, Diagnostic> {
        self.0.iter()
    }

    /// Whether there is no message.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether there is an error among the messages.
    pub fn has_errors(&self) -> bool {
        self.0.iter().any(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// `value` if there is no error.
    pub fn into_result<T>(self, value: T) -> Result<T, Diagnostics> {
        if self.has_errors() { Err(self) } else { Ok(value) }
    }

    /// The same messages, each at (also) this place.
    pub fn at(self, place: Place) -> Diagnostics {
        Diagnostics(self.0.into_iter().map(|diagnostic| diagnostic.at(place.clone())).collect())
    }
}

impl From<Diagnostic> for Diagnostics {
    fn from(diagnostic: Diagnostic) -> Self {
        Diagnostics(vec![diagnostic])
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::vec::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl fmt::Display for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, diagnostic) in self.0.iter().enumerate() {
            write!(f, "{}{diagnostic}", if i == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

/// The messages as text: what Rust prints of an error that `main` returns, in a build script above all.
impl fmt::Debug for Diagnostics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\n{self}")
    }
}

impl std::error::Error for Diagnostics {}
