//! Tables in docs/benchmarks.md, each between two comments that name it.

use std::fs;

use crate::runner::root;

/// Writes a table of the page again.
///
/// # Errors
/// The page cannot be read or written, or has no place for the table.
pub(crate) fn write(name: &str, text: &str) -> Result<(), String> {
    let path = root().join("docs/benchmarks.md");
    let fail = |fault: std::io::Error| format!("{}: {fault}", path.display());
    let page = fs::read_to_string(&path).map_err(fail)?;
    fs::write(&path, replace(&page, name, text)?).map_err(fail)
}

/// Puts text between the comments that stand around a table's place.
///
/// # Errors
/// There is no such place.
pub(crate) fn replace(page: &str, name: &str, text: &str) -> Result<String, String> {
    let [begin, end] = [format!("<!-- {name}: begin -->\n"), format!("<!-- {name}: end -->\n")];
    let parts = page
        .split_once(&begin)
        .and_then(|(before, rest)| Some((before, rest.split_once(&end)?.1)))
        .ok_or_else(|| format!("docs/benchmarks.md has no place for the table `{name}`"))?;
    Ok(format!("{}{begin}\n{text}\n{end}{}", parts.0, parts.1))
}

#[cfg(test)]
mod test {
    use super::replace;

    #[test]
    fn a_table_goes_between_its_comments() {
        let page = "a\n<!-- t: begin -->\nold\n<!-- t: end -->\nb\n";
        let replaced = replace(page, "t", "new\n").unwrap();
        assert_eq!(replaced, "a\n<!-- t: begin -->\n\nnew\n\n<!-- t: end -->\nb\n");
        assert_eq!(replace(&replaced, "t", "new\n").unwrap(), replaced);
        assert!(replace(page, "u", "").is_err());
    }
}
