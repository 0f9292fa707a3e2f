//! `verify` builds and runs a program: nobody else may have a say in that.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::command::{Folder, finish, start};

/// What would be built for another target, by another program, or with flags that no compiler knows.
fn set_traps(folder: &Path) {
    let evil = folder.join("evil");
    fs::write(&evil, format!("#!/bin/sh\ntouch {}/evil-ran\nexit 1\n", folder.display())).unwrap();
    fs::set_permissions(&evil, fs::Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(folder.join(".cargo")).unwrap();
    let config = format!(
        "[build]\ntarget = \"thumbv7em-none-eabi\"\nrustc-wrapper = {evil:?}\nrustflags = [\"--no-such-flag\"]\n\
         [target.'cfg(all())']\nrunner = {evil:?}\nlinker = {evil:?}\n"
    );
    fs::write(folder.join(".cargo/config.toml"), config).unwrap();
    fs::write(folder.join("rust-toolchain.toml"), "[toolchain]\nchannel = \"no-such-channel\"\n").unwrap();
    fs::write(folder.join("Cargo.toml"), "[workspace]\nmembers = [\"nothing\"]\n").unwrap();
}

#[test]
fn surroundings_have_no_say_in_the_scratch_crate() {
    let folder = Folder::new();
    let temporary = folder.path("tmp");
    fs::create_dir(&temporary).unwrap();
    fs::set_permissions(&temporary, fs::Permissions::from_mode(0o1777)).unwrap();
    set_traps(&folder.path("."));
    set_traps(&temporary);
    let mut command = folder.tinyml(&["verify", "model.tflite", "--samples", "2"]);
    command.env("TMPDIR", &temporary).env("CARGO_BUILD_TARGET", "thumbv7em-none-eabi");
    command.env("RUSTFLAGS", "--no-such-flag").env("CARGO_ENCODED_RUSTFLAGS", "--no-such-flag");
    command
        .env("CARGO_PROFILE_RELEASE_PANIC", "no-such-strategy")
        .env("CARGO_TARGET_DIR", folder.path("target"));
    let child = start(&mut command);
    let id = child.id();
    let seen = watch(&temporary, child);
    let (scratch, mode, outcome) = seen;
    outcome.succeeds();
    assert!(outcome.out.contains("output elements agree with the reference in 2 samples"), "{outcome:?}");
    assert!(!scratch.contains(&id.to_string()), "{scratch} can be foreseen");
    assert_eq!(mode & 0o777, 0o700);
    let mut left: Vec<_> =
        fs::read_dir(&temporary).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, [".cargo", "Cargo.toml", "evil", "rust-toolchain.toml"]);
    assert!(
        !folder.path("target").exists()
            && !folder.path("evil-ran").exists()
            && !temporary.join("evil-ran").exists()
    );
}

/// The name and the mode of the scratch folder, and how the command ended.
fn watch(temporary: &Path, mut child: std::process::Child) -> (String, u32, crate::command::Outcome) {
    let found = loop {
        let scratch = scratch_folder(temporary);
        if scratch.is_some() || child.try_wait().unwrap().is_some() {
            break scratch;
        }
        thread::sleep(Duration::from_millis(2));
    };
    let (name, mode) = found.unwrap_or_default();
    (name, mode, finish(child))
}

/// The scratch folder's name and mode, once it is there.
pub(crate) fn scratch_folder(temporary: &Path) -> Option<(String, u32)> {
    fs::read_dir(temporary).ok()?.flatten().find_map(|entry| {
        let name = entry.file_name().to_string_lossy().into_owned();
        let mode = entry.metadata().ok()?.permissions().mode();
        name.starts_with("tinyml-verify-").then_some((name, mode))
    })
}

#[test]
fn a_temporary_folder_that_is_not_there_is_a_message() {
    let folder = Folder::new();
    let mut command = folder.tinyml(&["verify", "model.tflite"]);
    let outcome = finish(start(command.env("TMPDIR", folder.path("nowhere"))));
    outcome.fails(&["the scratch crate cannot be used: ", "/nowhere", "help: `TMPDIR` names"]);
}
