//! What is heard in the shipped recording: five of the six wake words that are said there and nothing else, and what `examples/wake-word-firmware`
//! must print. The firmware itself is held to the same file by `cargo xtask wake-word-firmware`. `TINYML_BLESS=1` writes the file.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// A wake word is heard at most so long after its end.
const LATEST_MS: u32 = 700;

fn examples() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The lines that the host's program prints before its figures.
fn detections() -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_wake-word")).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let (detections, figures) = text.split_once("\n\n").unwrap();
    assert!(figures.contains("MACs a step"), "{text}");
    format!("{detections}\n")
}

#[test]
fn is_what_the_firmware_prints() {
    let path = examples().join("wake-word-firmware/expected.txt");
    let text = detections();
    if env::var_os("TINYML_BLESS").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(expected, text, "`cargo xtask bless` writes {}", path.display());
}

/// Begin and end in milliseconds, voice, text.
type Said<'t> = (u32, u32, &'t str, &'t str);

fn said(line: &str) -> Option<Said<'_>> {
    let mut fields = line.splitn(4, ' ');
    let mut next = || fields.next();
    Some((next()?.parse().ok()?, next()?.parse().ok()?, next()?, next()?))
}

#[test]
fn wake_words_are_heard_when_they_end_and_nothing_else_is() {
    let text = fs::read_to_string(examples().join("models/wake-word/recording.txt")).unwrap();
    let said: Vec<Said<'_>> = text.lines().map(|line| said(line).unwrap()).collect();
    assert_eq!(said.len(), 16);
    let detections = detections();
    let heard = detections.lines().map(|line| {
        let seconds = line.trim_start().split(' ').next().unwrap();
        let at = seconds.replace('.', "").parse::<u32>().unwrap() * 10;
        let of = said.iter().find(|(_, end, ..)| (end - 100..end + LATEST_MS).contains(&at));
        let (_, _, voice, what) = of.unwrap_or_else(|| panic!("{line}: nothing ended before that"));
        assert_eq!(*what, "hey ferris", "{line}");
        *voice
    });
    // Festival's is missed: no recorded woman was heard in training.
    let voices: Vec<&str> = heard.collect();
    assert_eq!(voices, ["espeak-linda", "espeak-victor", "flite-slt", "espeak-f4", "espeak-steph"]);
}
