//! Runs firmware in QEMU.

use std::ffi::OsString;
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::cores::Core;

/// How to run.
pub(crate) struct Run<'a> {
    /// The core; its machine runs the program.
    pub(crate) core: &'a Core,
    /// The program.
    pub(crate) elf: &'a Path,
    /// The folder in which the program finds files by semihosting.
    pub(crate) folder: &'a Path,
    /// Further arguments, such as `-plugin FILE`.
    pub(crate) arguments: &'a [OsString],
    /// After this time the emulator is ended.
    pub(crate) limit: Duration,
}

/// What became of a program.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// How it ended.
    pub(crate) end: End,
    /// What it printed.
    pub(crate) stdout: String,
    /// What the emulator printed.
    pub(crate) stderr: String,
}

/// How a program ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum End {
    /// With this status.
    Exit(i32),
    /// Its time was over.
    TimeOver,
    /// The emulator was ended by a signal.
    Killed,
}

impl Run<'_> {
    /// Runs the program to its end.
    ///
    /// # Errors
    /// The emulator cannot be run.
    pub(crate) fn run(&self) -> Result<Outcome, String> {
        let machine = &self.core.machine;
        let mut child = Command::new(machine.emulator)
            .args(machine.arguments)
            .args(["-display", "none", "-serial", "none", "-monitor", "none"])
            .args(["-semihosting-config", "enable=on,target=native"])
            .args(self.arguments)
            .arg("-kernel")
            .arg(self.elf)
            .current_dir(self.folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|fault| {
                format!("cannot run {}: {fault}; `cargo xtask embedded` installs it", machine.emulator)
            })?;
        let [stdout, stderr] = [collect(child.stdout.take()), collect(child.stderr.take())];
        let end = wait(&mut child, self.limit).map_err(|fault| format!("{}: {fault}", machine.emulator))?;
        Ok(Outcome {
            end,
            stdout: stdout.join().unwrap_or_default(),
            stderr: stderr.join().unwrap_or_default(),
        })
    }
}

/// Reads on a thread of its own, lest the emulator wait for a full pipe.
fn collect(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // What was read before a fault is still of use.
        let _ = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn wait(child: &mut Child, limit: Duration) -> std::io::Result<End> {
    let start = Instant::now();
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status.code().map_or(End::Killed, End::Exit));
        }
        if start.elapsed() > limit {
            child.kill()?;
            child.wait()?;
            return Ok(End::TimeOver);
        }
        thread::sleep(Duration::from_millis(5));
    }
}
