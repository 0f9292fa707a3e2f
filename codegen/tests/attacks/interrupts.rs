//! Ctrl-C at any time: nothing stays behind, and nothing goes on.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use crate::command::{Folder, finish, signal, start};
use crate::verify::scratch_folder;

#[test]
fn an_interrupted_verify_leaves_no_folder_and_no_process() {
    for (interrupt, linking) in [(Signal::INT, false), (Signal::TERM, false), (Signal::INT, true)] {
        let folder = Folder::new();
        let temporary = folder.path("tmp");
        fs::create_dir(&temporary).unwrap();
        let child = start(folder.tinyml(&["verify", "model.tflite"]).env("TMPDIR", &temporary));
        let deadline = Instant::now() + Duration::from_secs(120);
        // Cargo has begun to build, or a linker has files of its own.
        let built = || {
            let Some((name, _)) = scratch_folder(&temporary) else { return false };
            let scratch = temporary.join(name);
            let some = |folder: &Path| fs::read_dir(folder).is_ok_and(|mut files| files.next().is_some());
            if linking { some(&scratch.join("tmp")) } else { scratch.join("target").is_dir() }
        };
        while !built() && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(2));
        }
        assert!(built(), "nothing is built");
        signal(child.id(), interrupt);
        let outcome = finish(child);
        assert_eq!(outcome.status.signal(), Some(interrupt.as_raw()), "{outcome:?}");
        // Who still ran would make the folder anew.
        let deadline = Instant::now() + Duration::from_secs(10);
        while processes_in(&temporary) > 0 && Instant::now() < deadline {
            thread::sleep(Duration::from_millis(20));
        }
        assert_eq!(processes_in(&temporary), 0);
        assert_eq!(fs::read_dir(&temporary).unwrap().count(), 0);
    }
}

/// Processes whose command line names the folder; 0 where the system does not tell.
fn processes_in(folder: &Path) -> usize {
    let Ok(processes) = fs::read_dir("/proc") else { return 0 };
    let names = |entry: &fs::DirEntry| {
        let line = fs::read(entry.path().join("cmdline")).unwrap_or_default();
        String::from_utf8_lossy(&line).contains(&*folder.to_string_lossy())
    };
    processes.flatten().filter(names).count()
}

#[test]
fn an_interrupted_compile_leaves_the_old_file_or_the_new_one() {
    let folder = Folder::new();
    let whole = {
        folder.compile("out.rs").succeeds();
        fs::read_to_string(folder.path("out.rs")).unwrap()
    };
    let begin = Instant::now();
    folder.compile("out.rs").succeeds();
    let lasts = begin.elapsed();
    const TIMES: u32 = 24;
    for time in 0..=TIMES {
        fs::write(folder.path("out.rs"), "old").unwrap();
        let arguments = ["compile", "model.tflite", "--core", "portable", "-o", "out.rs"];
        let child = start(&mut folder.tinyml(&arguments));
        thread::sleep(lasts * time / TIMES);
        signal(child.id(), Signal::INT);
        finish(child);
        let found = fs::read_to_string(folder.path("out.rs")).unwrap();
        assert!(found == "old" || found == whole, "{found}");
        assert_eq!(folder.files(), ["model.tflite", "out.rs"]);
    }
}
