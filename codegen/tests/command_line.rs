//! How much the command says, and what it gives shells and readers.

use std::path::Path;
use std::process::{Command, Output};

/// Runs the command on a golden case's model.
fn tinyml(arguments: &[&str]) -> Output {
    let model = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/cases/slide-wake-word/model.tflite");
    let model = model.display().to_string();
    let arguments =
        arguments.iter().map(|&argument| if argument == "MODEL" { model.as_str() } else { argument });
    Command::new(env!("CARGO_BIN_EXE_tinyml")).args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

#[test]
fn quiet_says_nothing_of_what_went_well() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("model.rs").display().to_string();
    let compile = ["compile", "MODEL", "--input", "stream", "--core", "cortex-m0", "-o", &file];
    let loud = tinyml(&compile);
    assert!(
        loud.status.success()
            && said(&loud).contains("note: a step of 1 row of 30")
            && said(&loud).contains("arena")
    );
    let quiet = tinyml(&[&compile[..], &["--quiet"]].concat());
    assert!(quiet.status.success());
    assert_eq!(said(&quiet), "");
    // What went wrong is said nevertheless.
    let fault = tinyml(&[&compile[..], &["--quiet", "--step", "30"]].concat());
    assert!(!fault.status.success() && said(&fault).starts_with("error: a step of 30 rows"));
}

#[test]
fn verbose_tells_of_each_pass() {
    let said = said(&tinyml(&["inspect", "MODEL", "--verbose"]));
    for pass in tinyml_codegen::passes::CANONICALISE.iter().chain(tinyml_codegen::passes::OPTIMISE) {
        assert!(said.contains(&format!("after {}: ", pass.name)), "{}:\n{said}", pass.name);
    }
}

#[test]
fn colours_are_for_terminals_or_on_demand() {
    let plain = said(&tinyml(&["inspect", "MODEL", "--step", "2"]));
    assert!(plain.starts_with("error: ") && !plain.contains('\x1b'));
    let coloured = said(&tinyml(&["inspect", "MODEL", "--step", "2", "--color", "always"]));
    assert!(coloured.starts_with("\x1b[1;31merror:\x1b[0m "), "{coloured:?}");
    assert_eq!(coloured.replace("\x1b[1;31m", "").replace("\x1b[1m", "").replace("\x1b[0m", ""), plain);
}

#[test]
fn shells_and_readers_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let man = tinyml(&["man", &folder.path().join("man1").display().to_string()]);
    assert!(man.status.success(), "{}", said(&man));
    let help = tinyml(&["--help"]);
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, commands) = help.split_once("Commands:\n").unwrap();
    let commands: Vec<&str> = commands
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .filter(|&name| name != "help")
        .collect();
    assert!(commands.len() >= 8, "{commands:?}");
    let scripts = ["bash", "zsh", "fish"].map(|shell| {
        let script = tinyml(&["completions", shell]);
        assert!(script.status.success());
        String::from_utf8(script.stdout).unwrap()
    });
    for command in commands {
        let page = folder.path().join("man1").join(format!("tinyml-{command}.1"));
        assert!(page.is_file(), "{}", page.display());
        assert!(scripts.iter().all(|script| script.contains(command)), "{command}");
    }
}
