//! What rustup does: targets for the toolchain in use, and the name of a toolchain folder.

use std::path::Path;
use std::process::Command;

use super::command::{output, run};

/// The name by which `cargo +embedded` finds the toolchain of Debian's route.
const NAME: &str = "embedded";

/// Installs targets for the toolchain in use.
///
/// # Errors
/// rustup failed; usually there is no network.
pub(super) fn add(targets: &[&str]) -> Result<(), String> {
    if targets.is_empty() {
        return Ok(());
    }
    run(Command::new("rustup").args(["target", "add"]).args(targets)).map_err(|fault| {
        format!(
            "{fault}\nrustup downloads from static.rust-lang.org. Where it cannot, RUSTUP_AUTO_INSTALL=0 chooses \
             Debian's packages instead"
        )
    })
}

/// Gives the folder its name. Nothing here needs it: it is for `cargo +embedded` by hand.
///
/// # Errors
/// rustup failed.
pub(super) fn link(folder: &Path) -> Result<(), String> {
    let list = output(Command::new("rustup").args(["toolchain", "list", "--verbose"]))?;
    match linked(&list, NAME) {
        None => run(Command::new("rustup").args(["toolchain", "link", NAME]).arg(folder)),
        Some(present) if Path::new(present) == folder => Ok(()),
        Some(other) => {
            println!("rustup's toolchain `{NAME}` is {other} and stays so; ours is {}", folder.display());
            Ok(())
        }
    }
}

/// The folder of a toolchain in what `rustup toolchain list --verbose` prints: the name, words in brackets, the folder.
fn linked<'text>(list: &'text str, name: &str) -> Option<&'text str> {
    list.lines().find_map(|line| {
        let rest = line.strip_prefix(name)?.strip_prefix(char::is_whitespace)?.trim();
        let folder = if rest.starts_with('(') { rest.split_once(')')?.1 } else { rest };
        Some(folder.trim())
    })
}

#[cfg(test)]
mod test {
    use super::linked;

    #[test]
    fn a_linked_toolchain_has_its_folder() {
        let list =
            "stable-x86 (active, default)\t/r/stable\nembedded-old /o\nembedded\t/a b/c\nother (active) /d";
        assert_eq!(linked(list, "embedded"), Some("/a b/c"));
        assert_eq!(linked(list, "other"), Some("/d"));
        assert_eq!(linked(list, "stable"), None);
        assert_eq!(linked("", "embedded"), None);
    }
}
