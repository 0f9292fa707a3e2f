//! What goes to the terminal: notes, progress, tables.

use std::fs;
use std::io::{IsTerminal, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics, Place};

/// A spinner on standard error while something takes long; nothing where that is not a terminal.
pub(crate) fn progress(what: &'static str) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new_spinner().with_message(what);
    if let Ok(style) = ProgressStyle::with_template("{spinner} {msg} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(Duration::from_millis(100));
    bar
}

/// Prints notes and warnings to standard error.
pub(crate) fn notes(notes: &Diagnostics) {
    for note in notes.iter() {
        eprintln!("{note}");
    }
}

/// Writes to standard output (`-`) or to a file, which is replaced as a whole or not at all.
pub(crate) fn write(path: &str, text: &str) -> Result<(), Diagnostics> {
    let fail = |fault: std::io::Error| {
        Diagnostics::from(Diagnostic::error(format!("cannot write: {fault}")).at(Place::file(path)))
    };
    if path == "-" {
        return std::io::stdout().write_all(text.as_bytes()).map_err(fail);
    }
    let path = Path::new(path);
    let mut scratch = path.as_os_str().to_owned();
    scratch.push(format!(".{}.partial", std::process::id()));
    fs::write(&scratch, text).map_err(fail)?;
    fs::rename(&scratch, path).map_err(|fault| {
        // The scratch file is of no use to anybody; that it cannot be removed would only hide the real fault.
        let _ = fs::remove_file(&scratch);
        fail(fault)
    })
}

/// A table with aligned columns; columns whose cells are numbers align to the right.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let columns = header.len();
    let cell = |row: &[String], column: usize| row.get(column).cloned().unwrap_or_default();
    let width = |column: usize| {
        let longest = rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
        longest.max(header[column].chars().count())
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let numeric: Vec<bool> = (0..columns)
        .map(|column| rows.iter().all(|row| cell(row, column).starts_with(|c: char| c.is_ascii_digit())))
        .collect();
    let line = |row: &[String]| {
        let cells = (0..columns).map(|column| {
            let (text, width) = (cell(row, column), widths[column]);
            if numeric[column] { format!("{text:>width$}") } else { format!("{text:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let titles: Vec<String> = header.iter().map(|&title| title.to_owned()).collect();
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    let mut text = line(&titles) + &(rule.join("  ") + "\n");
    rows.iter().for_each(|row| text.push_str(&line(row)));
    text
}
