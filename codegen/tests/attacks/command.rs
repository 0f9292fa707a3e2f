//! The command in a folder of its own, with a watch on its time and on panics.

use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Longer than anything here takes, on a machine that is busy.
const TIME: Duration = Duration::from_secs(300);

/// A folder with a model, in which the command runs.
pub(crate) struct Folder(TempDir);

/// What the command did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) status: ExitStatus,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Folder {
    /// With `model.tflite` in it: one convolution.
    pub(crate) fn new() -> Folder {
        let folder = Folder(tempfile::tempdir().expect("a temporary folder"));
        fs::copy(model(), folder.path("model.tflite")).expect("the model is copied");
        folder
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The names of the files in it.
    pub(crate) fn files(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).expect("the folder is read");
        let name = |entry: std::io::Result<fs::DirEntry>| entry.map(|entry| entry.file_name());
        let mut names: Vec<_> =
            entries.map(|entry| name(entry).expect("a name").to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    pub(crate) fn tinyml(&self, arguments: &[impl AsRef<OsStr>]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinyml"));
        command.current_dir(self.0.path()).args(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    pub(crate) fn run(&self, arguments: &[impl AsRef<OsStr>]) -> Outcome {
        finish(start(&mut self.tinyml(arguments)))
    }

    /// Compiles the model to `output`.
    pub(crate) fn compile(&self, output: &str) -> Outcome {
        self.run(&["compile", "model.tflite", "--core", "portable", "-o", output])
    }

    /// A pipe with a name.
    pub(crate) fn pipe(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        let made = Command::new("mkfifo").arg(&path).status().expect("mkfifo runs");
        assert!(made.success());
        path
    }
}

impl Outcome {
    pub(crate) fn succeeds(&self) {
        assert!(self.status.success(), "{self:?}");
    }

    /// Fails with a message that has these words.
    pub(crate) fn fails(&self, words: &[&str]) {
        assert_eq!(self.status.code(), Some(1), "{self:?}");
        for words in words {
            assert!(self.err.contains(words), "{words}: {self:?}");
        }
    }
}

/// The model that folders have a copy of.
pub(crate) fn model() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/compile-fail/models/picture.tflite")
}

pub(crate) fn start(command: &mut Command) -> Child {
    command.spawn().expect("the command starts")
}

/// Waits for a process; it must not hang, and no Rust program may panic.
pub(crate) fn finish(child: Child) -> Outcome {
    let id = child.id();
    let (done, outcome) = mpsc::channel();
    thread::spawn(move || done.send(child.wait_with_output()));
    let Ok(output) = outcome.recv_timeout(TIME) else {
        signal(id, Signal::KILL);
        panic!("it hangs");
    };
    let output = output.expect("the process is waited for");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let outcome = Outcome { status: output.status, out: text(output.stdout), err: text(output.stderr) };
    assert!(outcome.status.code() != Some(101) && !outcome.err.contains("panicked"), "{outcome:?}");
    assert!(outcome.status.signal() != Some(Signal::ABORT.as_raw()), "{outcome:?}");
    outcome
}

/// Sends a signal to one process.
pub(crate) fn signal(process: u32, signal: Signal) {
    let process = i32::try_from(process).ok().and_then(Pid::from_raw).expect("a process");
    // It may have ended meanwhile.
    let _ = kill_process(process, signal);
}

/// A line on the terminal, past the test harness, about an attack that cannot be made here.
pub(crate) fn not_run(what: &str) {
    let line = format!("NOT RUN {what}\n");
    std::io::stderr().write_all(line.as_bytes()).expect("standard error is open");
}
