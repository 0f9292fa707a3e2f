//! Names that would write lines of their own, move a terminal's cursor, or be markup.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use crate::command::{Folder, model};
use tinyml_codegen::escape::is_hidden;

/// A line break, an escape sequence that clears the screen, and a mark that turns the text behind it around.
const OUTPUT: &[u8] = "\n\x1b[2J\u{202e}".as_bytes();

/// HTML, the end of a code span, and a carriage return.
const INPUT: &[u8] = b"<b>`\r";

/// A file name that is two lines, of which one is an instruction for Cargo.
const FILE: &str = "net\ncargo::rustc-link-arg=evil\u{1b}[2J.tflite";

/// The model with such names of its tensors and of its file.
fn hostile(folder: &Folder) -> PathBuf {
    let mut bytes = fs::read(model()).unwrap();
    for (old, new) in [(b"features".as_slice(), OUTPUT), (b"image", INPUT)] {
        let field = [&(old.len() as u32).to_le_bytes(), old].concat();
        let at = bytes.windows(field.len()).position(|window| window == field).unwrap();
        bytes[at + 4..][..new.len()].copy_from_slice(new);
    }
    let path = folder.path(FILE);
    fs::write(&path, bytes).unwrap();
    path
}

/// No character that a reader does not see, and no line that a name has made.
fn is_plain(text: &str, what: &str) {
    assert!(!text.contains(|c| is_hidden(c) && c != '\n'), "{what}: {text:?}");
    assert!(
        !text.lines().any(|line| line.starts_with("cargo::") || line.starts_with("[2J")),
        "{what}: {text}"
    );
}

#[test]
fn nothing_that_is_printed_has_lines_or_commands_of_a_file() {
    let folder = Folder::new();
    let path = hostile(&folder);
    let path = path.to_str().unwrap();
    for options in [
        &["inspect", path][..],
        &["inspect", path, "--json"],
        &["inspect", path, "--memory"],
        &["inspect", path, "--memory=json"],
        &["inspect", path, "--memory=svg"],
        &["inspect", path, "--optimise", "ram"],
        &["compile", path, "-o", "-", "--core", "portable"],
        &["compile", path, "-o", "-", "--emit", "ir"],
        &["compile", path, "-o", "-", "--emit", "json"],
        &["compile", path, "-o", "a\nb\u{202e}.rs"],
        &["boards", "--model", path],
        &["estimate", path, "--board", "pico"],
    ] {
        let outcome = folder.run(options);
        outcome.succeeds();
        is_plain(&outcome.out, &format!("{options:?}"));
        is_plain(&outcome.err, &format!("{options:?}"));
    }
}

#[test]
fn no_message_has_lines_or_commands_of_a_file() {
    let folder = Folder::new();
    let path = hostile(&folder);
    let path = path.to_str().unwrap();
    let missing = format!("{path}\n.tflite");
    fs::write(folder.path("two\nlines.toml"), "name = \"a\nb\"").unwrap();
    for options in [
        &["inspect", missing.as_str()][..],
        &["inspect", path, "--board", "pi\ncargo::warning=\u{202e}co"],
        &["inspect", path, "--board", "two\nlines.toml"],
        &["inspect", path, "--calibrator", "\u{1b}[2J\n"],
        &["verify", path, "--data", "no\ndata.npz"],
        &["verify", path, "--data", path],
        &["compile", path, "-o", "no/\nfolder.rs"],
        &["compile", path, "-o", path],
    ] {
        let outcome = folder.run(options);
        outcome.fails(&["error: "]);
        is_plain(&outcome.err, &format!("{options:?}"));
    }
}

#[test]
fn documentation_has_no_markup_of_a_file() {
    let folder = Folder::new();
    let outcome =
        folder.run(&["compile".as_ref(), hostile(&folder).as_os_str(), "-o".as_ref(), "-".as_ref()]);
    outcome.succeeds();
    let comments = outcome.out.lines().filter(|line| line.trim_start().starts_with("//"));
    let named: Vec<_> = comments.filter(|line| line.contains("<b>")).collect();
    assert!(!named.is_empty(), "{}", outcome.out);
    // A code span that the name's backtick does not end.
    assert!(named.iter().all(|line| line.contains(r"`` <b>`\r ``")), "{named:#?}");
}

#[test]
fn file_names_need_not_be_unicode() {
    let folder = Folder::new();
    let name = Path::new(std::ffi::OsStr::from_bytes(b"gr\xf6\xdfe.tflite")).to_owned();
    if fs::copy(model(), folder.path(".").join(&name)).is_err() {
        crate::command::not_run("a file name that is not UTF-8: this file system refuses it");
        return;
    }
    folder.run(&["compile".as_ref(), name.as_os_str(), "-o".as_ref(), "out.rs".as_ref()]).succeeds();
}
