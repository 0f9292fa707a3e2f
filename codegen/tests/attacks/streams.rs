//! Standard output and standard error that nobody reads, or that are full.

use std::fs::OpenOptions;
use std::process::Stdio;

use crate::command::{Folder, finish, start};

/// Everything that writes to standard output.
const COMMANDS: &[&[&str]] = &[
    &["inspect", "model.tflite"],
    &["inspect", "model.tflite", "--json"],
    &["inspect", "model.tflite", "--memory"],
    &["inspect", "model.tflite", "--memory=json"],
    &["inspect", "model.tflite", "--memory=svg"],
    &["compile", "model.tflite", "-o", "-"],
    &["compile", "model.tflite", "-o", "/dev/stdout", "--emit", "json"],
    &["boards"],
    &["boards", "pico"],
    &["boards", "--json"],
    &["boards", "--model", "model.tflite"],
    &["boards", "--model", "model.tflite", "--json"],
    &["estimate", "model.tflite", "--board", "pico"],
    &["estimate", "model.tflite", "--board", "pico", "--json"],
    &["--help"],
    &["--version"],
];

#[test]
fn a_reader_that_leaves_is_no_fault() {
    let folder = Folder::new();
    for arguments in COMMANDS {
        let mut child = start(&mut folder.tinyml(arguments));
        drop(child.stdout.take());
        let outcome = finish(child);
        outcome.succeeds();
        assert!(!outcome.err.contains("error"), "{arguments:?}: {outcome:?}");
    }
}

#[test]
fn a_full_disk_is_a_message() {
    let folder = Folder::new();
    for arguments in COMMANDS {
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let outcome = finish(start(folder.tinyml(arguments).stdout(full)));
        outcome.fails(&["error: cannot write to standard output: "]);
    }
}

#[test]
fn standard_error_may_be_closed_or_full() {
    let folder = Folder::new();
    let faulty: &[&str] = &["inspect", "nothing.tflite"];
    let usage: &[&str] = &["inspect"];
    let success: &[&str] = &["compile", "model.tflite", "-o", "out.rs"];
    for (arguments, code) in [(faulty, 1), (usage, 2), (success, 0)] {
        let mut child = start(&mut folder.tinyml(arguments));
        drop(child.stderr.take());
        assert_eq!(finish(child).status.code(), Some(code), "{arguments:?}");
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let outcome = finish(start(folder.tinyml(arguments).stderr(full)));
        assert_eq!(outcome.status.code(), Some(code), "{arguments:?}");
    }
}

#[test]
fn closed_from_the_start_they_are_no_file_of_the_model_s() {
    let folder = Folder::new();
    let script = r#""$0" inspect model.tflite <&- >&- 2>&-; echo $?; "$0" compile model.tflite -o out.rs <&- >&- 2>&-; echo $?"#;
    let mut shell = std::process::Command::new("sh");
    shell.args(["-c", script, env!("CARGO_BIN_EXE_tinyml")]).current_dir(folder.path("."));
    let outcome = finish(start(shell.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped())));
    assert_eq!(outcome.out, "0\n0\n", "{outcome:?}");
    assert!(std::fs::read_to_string(folder.path("out.rs")).unwrap().contains("pub struct Model"));
}
