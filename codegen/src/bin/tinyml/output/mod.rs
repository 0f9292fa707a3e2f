//! What the command says: results on standard output, the rest on standard error.
//!
//! Nothing is written past these functions. A reader that has seen enough (`tinyml inspect MODEL | head -1`) is no fault; a full disk is one
//! with a message. Text from files is made visible here, so that no model can send commands to a terminal.

mod table;

use std::borrow::Cow;
use std::env;
use std::fmt;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::OnceLock;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics, Severity};
use tinyml_codegen::{escape, files};

use crate::arguments::{Color, Manner};
pub(crate) use table::table;

static MANNER: OnceLock<Manner> = OnceLock::new();

/// Settles how much is said, and how.
pub(crate) fn set_manner(manner: Manner) {
    // It is the first that counts, and there is one.
    let _ = MANNER.set(manner);
}

fn manner() -> Manner {
    MANNER.get().copied().unwrap_or_default()
}

/// Whether the passes are told of.
pub(crate) fn is_verbose() -> bool {
    manner().verbose
}

fn is_coloured() -> bool {
    match manner().color {
        Color::Always => true,
        Color::Never => false,
        // https://no-color.org: any value but none.
        Color::Auto => {
            io::stderr().is_terminal() && env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        }
    }
}

/// A spinner on standard error while something takes long; nothing where that is not a terminal.
pub(crate) fn progress(what: &'static str) -> ProgressBar {
    if !io::stderr().is_terminal() || manner().quiet {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Says something on standard error. There is nobody to tell that this failed.
pub(crate) fn say(what: impl fmt::Display) {
    let text = what.to_string();
    let text = escape::lines(&text);
    let text = if is_coloured() { Cow::Owned(coloured(&text)) } else { text };
    let _ = writeln!(io::stderr(), "{text}");
}

/// Says something that whoever is in a hurry need not hear.
pub(crate) fn note(what: impl fmt::Display) {
    if !manner().quiet {
        say(what);
    }
}

/// Prints notes and warnings to standard error.
pub(crate) fn notes(notes: &Diagnostics) {
    notes.iter().filter(|note| note.severity != Severity::Note || !manner().quiet).for_each(say);
}

/// Words that begin the lines of messages, and the codes of their colours (ECMA-48, SGR): bold red, bold yellow, bold cyan, bold.
const COLOURS: [(&str, &str); 5] =
    [("error:", "1;31"), ("warning:", "1;33"), ("note:", "1;36"), ("  at:", "1"), ("  help:", "1")];

fn coloured(text: &str) -> String {
    let line = |line: &str| {
        let begin = COLOURS.iter().find_map(|(word, code)| Some((word, code, line.strip_prefix(word)?)));
        match begin {
            Some((word, code, rest)) => format!("\x1b[{code}m{word}\x1b[0m{rest}"),
            None => line.to_owned(),
        }
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// Prints what clap has to say: the help that was asked for, or how the command is used.
pub(crate) fn usage(text: &clap::Error) -> ExitCode {
    match text.print() {
        Err(fault) if fault.kind() != ErrorKind::BrokenPipe && !text.use_stderr() => {
            say(cannot_print(&fault));
            ExitCode::FAILURE
        }
        _ => ExitCode::from(u8::try_from(text.exit_code()).unwrap_or(1)),
    }
}

/// Prints text to standard output.
pub(crate) fn print(text: &str) -> Result<(), Diagnostics> {
    to_standard_output(escape::lines(text))
}

/// Prints a document for machines to standard output.
pub(crate) fn print_json(value: &Value) -> Result<(), Diagnostics> {
    to_standard_output(Cow::Owned(document(value)))
}

/// A JSON document as text, with a line break behind it.
pub(crate) fn document(value: &Value) -> String {
    format!("{}\n", escape::json(&format!("{value:#}")))
}

/// Writes to standard output (`-`) or to a file, as [`files::write`] does; `inputs` are never replaced.
pub(crate) fn write(path: &Path, text: &str, inputs: &[PathBuf]) -> Result<(), Diagnostics> {
    match is_standard_output(path) {
        true => to_standard_output(Cow::Borrowed(text)),
        false => Ok(files::write(path, text.as_bytes(), inputs)?),
    }
}

/// Whether a path of the command line means standard output.
pub(crate) fn is_standard_output(path: &Path) -> bool {
    path == Path::new("-") || path == Path::new("/dev/stdout")
}

fn to_standard_output(text: Cow<'_, str>) -> Result<(), Diagnostics> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(fault) if fault.kind() != ErrorKind::BrokenPipe => Err(cannot_print(&fault).into()),
        _ => Ok(()),
    }
}

fn cannot_print(fault: &io::Error) -> Diagnostic {
    Diagnostic::error(format!("cannot write to standard output: {fault}"))
}
