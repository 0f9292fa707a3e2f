//! A disk without room: a small tmpfs, which takes root or a user namespace.

use std::fs;
use std::process::{Command, Stdio};

use crate::command::{Folder, Outcome, finish, not_run};

/// Runs a script in a folder `disk` of so many bytes; `$0` is the command. None, and a line on the terminal, where none can be made.
fn with_disk(folder: &Folder, bytes: &str, script: &str) -> Option<Outcome> {
    fs::create_dir(folder.path("disk")).unwrap();
    let script = format!("mount -t tmpfs -o size={bytes} tinyml disk || exit 77\n{script}");
    let ways: [&[&str]; 2] = [&["unshare", "--mount"], &["unshare", "--mount", "--map-root-user"]];
    for way in ways {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).args(["sh", "-c", &script, env!("CARGO_BIN_EXE_tinyml")]);
        command
            .current_dir(folder.path("."))
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let Ok(child) = command.spawn() else { continue };
        let outcome = finish(child);
        // Of `unshare`, and of the mount above.
        if outcome.status.code() != Some(77) && !outcome.err.starts_with("unshare: ") {
            return Some(outcome);
        }
    }
    not_run("an attack with a full disk: no tmpfs can be mounted without root or a user namespace");
    None
}

#[test]
fn a_full_disk_leaves_the_old_file_and_nothing_else() {
    let folder = Folder::new();
    let script = r#"
        echo old > disk/out.rs
        head -c 61440 /dev/zero > disk/filler 2>/dev/null
        "$0" compile model.tflite -o disk/out.rs; echo "status $?"
        "$0" compile model.tflite -o disk/new.rs; echo "status $?"
        cat disk/out.rs; ls -A disk"#;
    let Some(outcome) = with_disk(&folder, "64k", script) else { return };
    assert_eq!(outcome.out, "status 1\nstatus 1\nold\nfiller\nout.rs\n", "{outcome:?}");
    assert_eq!(outcome.err.matches("error: cannot write: ").count(), 2, "{outcome:?}");
    assert_eq!(outcome.err.matches("help: make room").count(), 2, "{outcome:?}");
}

#[test]
fn a_scratch_crate_without_room_is_a_message() {
    let folder = Folder::new();
    let script = r#"TMPDIR=$PWD/disk "$0" verify model.tflite; echo "status $?"; ls -A disk"#;
    let Some(outcome) = with_disk(&folder, "256k", script) else { return };
    assert_eq!(outcome.out, "status 1\n", "{outcome:?}");
    assert!(outcome.err.contains("error: "), "{outcome:?}");
}
