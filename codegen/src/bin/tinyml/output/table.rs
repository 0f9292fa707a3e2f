//! Tables of the command.

use std::borrow::Cow;

use tinyml_codegen::escape::line;

/// A table with aligned columns; columns whose cells are numbers align to the right.
pub(crate) fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let columns = header.len();
    let width = |column: usize| {
        let longest = rows.iter().map(|row| cell(row, column).chars().count()).max().unwrap_or(0);
        longest.max(header[column].chars().count())
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let numeric: Vec<bool> = (0..columns)
        .map(|column| rows.iter().all(|row| cell(row, column).starts_with(|c: char| c.is_ascii_digit())))
        .collect();
    let written = |row: &[String]| {
        let cells = (0..columns).map(|column| {
            let (text, width) = (cell(row, column), widths[column]);
            if numeric[column] { format!("{text:>width$}") } else { format!("{text:<width$}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let titles: Vec<String> = header.iter().map(|&title| title.to_owned()).collect();
    let rule: Vec<String> = widths.iter().map(|&width| "-".repeat(width)).collect();
    let mut text = written(&titles) + &(rule.join("  ") + "\n");
    rows.iter().for_each(|row| text.push_str(&written(row)));
    text
}

fn cell(row: &[String], column: usize) -> Cow<'_, str> {
    row.get(column).map_or(Cow::Borrowed(""), |text| line(text))
}
