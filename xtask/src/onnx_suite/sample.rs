//! The tenth of the tests that is committed, so that they can be run without Python.

use std::fmt::Write;
use std::fs;
use std::path::PathBuf;

use super::outcome::{Kind, Outcome};
use super::python;
use crate::runner::root;

/// The committed tests.
pub(super) fn path() -> PathBuf {
    root().join("tests/onnx-suite/committed.npz")
}

/// Writes the list of the tests that pass and are of the tenth, and the tests.
///
/// # Errors
/// A file cannot be written, or the tests cannot be collected.
pub(super) fn write(outcomes: &[Outcome]) -> Result<(), String> {
    let mut list = "# A tenth of the node tests that pass, by their names; `cargo xtask onnx-suite --full --bless` writes it.\n".to_owned();
    let passing = outcomes.iter().filter(|outcome| matches!(outcome.kind, Kind::Pass | Kind::Constants));
    for outcome in passing.filter(|outcome| is_chosen(&outcome.name)) {
        let _ = writeln!(list, "{}", outcome.name);
    }
    let path = path();
    let names = path.with_extension("txt");
    fs::write(&names, list).map_err(|fault| format!("{}: {fault}", names.display()))?;
    python::collect(&path, Some(&names))
}

/// Whether a test belongs to the tenth: by its name alone (FNV-1a), so that a test that is added or begins to pass moves no other.
fn is_chosen(name: &str) -> bool {
    let hash = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    name.bytes().fold(0xcbf2_9ce4_8422_2325, hash) % 10 == 0
}

#[cfg(test)]
mod test {
    use super::is_chosen;

    #[test]
    fn about_a_tenth_is_chosen() {
        let chosen = (0..2000).filter(|number| is_chosen(&format!("test_{number}"))).count();
        assert!((150..250).contains(&chosen), "{chosen}");
    }
}
