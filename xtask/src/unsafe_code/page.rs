//! The table in docs/safety.md.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::RUNTIME;
use super::scan::Counts;

const PAGE: &str = "docs/safety.md";

/// What stands in front of the table and behind it.
const MARKS: [&str; 2] = ["<!-- cargo xtask unsafe --bless -->", "<!-- end -->"];

const HEAD: &str = "| file in `runtime-core/src` | blocks | functions | sound by |\n|---|---|---|---|\n";

/// What a row without an argument says.
const MISSING: &str = "?";

/// The page: the text around the table, and its rows.
pub(super) struct Page {
    before: String,
    after: String,
    /// By file, without [`RUNTIME`].
    rows: BTreeMap<String, Row>,
}

struct Row {
    blocks: usize,
    functions: usize,
    arguments: String,
}

impl Page {
    /// # Errors
    /// The page cannot be read, or it has no table.
    pub(super) fn read(root: &Path) -> Result<Page, String> {
        let text = fs::read_to_string(path(root)).map_err(|fault| format!("{PAGE}: {fault}"))?;
        Page::parse(&text).ok_or_else(|| format!("{PAGE}: there is no table between {MARKS:?}"))
    }

    fn parse(text: &str) -> Option<Page> {
        let (before, rest) = text.split_once(MARKS[0])?;
        let (table, after) = rest.split_once(MARKS[1])?;
        let row = |line: &str| {
            let mut cells = line.trim().strip_prefix('|')?.split('|').map(str::trim);
            let file = cells.next()?.trim_matches('`').to_owned();
            let (blocks, functions) = (cells.next()?.parse().ok()?, cells.next()?.parse().ok()?);
            Some((file, Row { blocks, functions, arguments: cells.next()?.to_owned() }))
        };
        let rows = table.lines().filter_map(row).collect();
        Some(Page { before: before.to_owned(), after: after.to_owned(), rows })
    }

    /// Writes the page with the counts of these files. Arguments stay.
    ///
    /// # Errors
    /// The page cannot be written.
    pub(super) fn write(&self, root: &Path, files: &[(String, Counts)]) -> Result<(), String> {
        let mut table = String::from(HEAD);
        for (file, Counts { blocks, functions, .. }) in files {
            let file = short(file);
            let arguments = self.rows.get(file).map_or(MISSING, |row| &row.arguments);
            table.push_str(&format!("| `{file}` | {blocks} | {functions} | {arguments} |\n"));
        }
        let [begin, end] = MARKS;
        let text = format!("{}{begin}\n\n{table}\n{end}{}", self.before, self.after);
        fs::write(path(root), text).map_err(|fault| format!("{PAGE}: {fault}"))
    }

    /// What is wrong with the table, if these files are what there is.
    pub(super) fn compare(&self, files: &[(String, Counts)]) -> Vec<String> {
        let mut faults = Vec::new();
        for (file, counts) in files {
            let file = short(file);
            let Some(row) = self.rows.get(file) else {
                faults.push(format!(
                    "{PAGE} has no row for {file}: `cargo xtask unsafe --bless`, and say why it is sound"
                ));
                continue;
            };
            if (row.blocks, row.functions) != (counts.blocks, counts.functions) {
                faults.push(format!(
                    "{PAGE} says {} blocks and {} functions of {file}, which has {} and {}: look whether it is still sound as the page \
                     says, then `cargo xtask unsafe --bless`",
                    row.blocks, row.functions, counts.blocks, counts.functions
                ));
            }
            for argument in row.arguments.split(',').map(str::trim) {
                // Each is the name of a section.
                if !self.before.contains(&format!("\n### {argument}\n")) {
                    faults.push(format!(
                        "{PAGE}: `{file}` is sound by {argument:?}, which no section explains"
                    ));
                }
            }
        }
        let gone = self.rows.keys().filter(|row| !files.iter().any(|(file, _)| short(file) == row.as_str()));
        faults.extend(gone.map(|row| format!("{PAGE} has a row for {row}, which has no `unsafe`")));
        faults
    }
}

fn path(root: &Path) -> PathBuf {
    root.join(PAGE)
}

fn short(file: &str) -> &str {
    file.strip_prefix(RUNTIME).unwrap_or(file)
}

#[cfg(test)]
mod test {
    use super::{Counts, HEAD, MARKS, Page};

    fn page(rows: &str) -> Page {
        let [begin, end] = MARKS;
        Page::parse(&format!("# Safety\n\n### arena\n\nWhy.\n\n{begin}\n{HEAD}{rows}{end}\nMore.\n")).unwrap()
    }

    #[test]
    fn the_page_must_say_what_is_there() {
        let files = [("runtime-core/src/arena.rs".to_owned(), Counts { blocks: 2, functions: 1, others: 0 })];
        let faults = |rows: &str| page(rows).compare(&files).len();
        assert_eq!(faults("| `arena.rs` | 2 | 1 | arena |\n"), 0);
        assert_eq!(faults("| `arena.rs` | 3 | 1 | arena |\n"), 1);
        assert_eq!(faults("| `arena.rs` | 2 | 1 | ? |\n"), 1);
        assert_eq!(faults("| `arena.rs` | 2 | 1 | arena, luck |\n"), 1);
        assert_eq!(faults("| `arena.rs` | 2 | 1 | arena |\n| `gone.rs` | 1 | 0 | arena |\n"), 1);
        assert_eq!(faults(""), 1);
    }
}
