//! Ctrl-C, and a request to end: nothing unfinished stays behind, and no process goes on.
//!
//! On Windows an interrupted command leaves its temporary folder to the system.

use std::io;
use std::process::{Child, Command};
#[cfg(unix)]
use std::sync::{Mutex, MutexGuard, PoisonError};

use tinyml_codegen::diagnostic::{Diagnostic, Diagnostics};

/// The process group of the program that is running for this one.
#[cfg(unix)]
static RUNNING: Mutex<Option<u32>> = Mutex::new(None);

/// From now on, an interrupt removes what is unfinished, ends what was started, and then ends the command as it would have anyway.
#[cfg(unix)]
pub(crate) fn clean_up() -> Result<(), Diagnostics> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::iterator::Signals;
    let mut signals = Signals::new([SIGINT, SIGTERM])
        .map_err(|fault| Diagnostic::error(format!("cannot watch for interrupts: {fault}")))?;
    std::thread::spawn(move || {
        let Some(signal) = signals.forever().next() else { return };
        // Held to the end, so that nothing is started meanwhile.
        let running = running();
        end(*running);
        tinyml_codegen::files::remove_unfinished();
        // The status says by which signal the command ended; where that cannot be, the number of a shell.
        let _ = signal_hook::low_level::emulate_default_handler(signal);
        std::process::exit(128 + signal);
    });
    Ok(())
}

#[cfg(not(unix))]
pub(crate) fn clean_up() -> Result<(), Diagnostics> {
    Ok(())
}

/// Starts a program, gives it to `work`, and ends it, with all that it started, where this command is ended.
#[cfg(unix)]
pub(crate) fn with_child<T>(
    command: &mut Command,
    work: impl FnOnce(Child) -> io::Result<T>,
) -> io::Result<T> {
    use std::os::unix::process::CommandExt;
    let child = {
        let mut running = running();
        let child = command.process_group(0).spawn()?;
        *running = Some(child.id());
        child
    };
    let outcome = work(child);
    *running() = None;
    outcome
}

#[cfg(not(unix))]
pub(crate) fn with_child<T>(
    command: &mut Command,
    work: impl FnOnce(Child) -> io::Result<T>,
) -> io::Result<T> {
    work(command.spawn()?)
}

#[cfg(unix)]
fn running() -> MutexGuard<'static, Option<u32>> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(unix)]
fn end(group: Option<u32>) {
    use rustix::process::{Pid, Signal, kill_process_group};
    let group = group.and_then(|group| i32::try_from(group).ok()).and_then(Pid::from_raw);
    if let Some(group) = group {
        // It may have ended by itself.
        let _ = kill_process_group(group, Signal::KILL);
    }
}
