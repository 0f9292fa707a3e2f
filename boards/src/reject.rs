//! Validators: each refuses one kind of fault and names the file and the key.

use crate::board::{Board, Region};
use crate::cores::{CORES, Core};
use crate::current::Status;
use crate::error::ProfileError;

/// Result of a validator.
pub(crate) type Checked<T = ()> = Result<T, ProfileError>;

const GIBIBYTE: usize = 1 << 30;

/// A name other than the file's: options name the board by the file's stem.
pub(crate) fn reject_other_name(file: &str, name: &str) -> Checked {
    let base = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let stem = base.strip_suffix(".toml").unwrap_or(base);
    if name == stem {
        return Ok(());
    }
    Err(ProfileError::value(file, "name", format!("`{name}` is not the file's name, `{stem}`")))
}

/// Two profiles of one name.
pub(crate) fn reject_repeated_names(files: &[&str], boards: &[Board]) -> Checked {
    for (index, board) in boards.iter().enumerate() {
        if let Some(first) = boards[..index].iter().position(|other| other.name == board.name) {
            let fault = format!("`{}` is also the name in {}", board.name, files[first]);
            return Err(ProfileError::value(files[index], "name", fault));
        }
    }
    Ok(())
}

/// Text that says nothing.
pub(crate) fn reject_blank(file: &str, key: &str, text: &str) -> Checked {
    if !text.trim().is_empty() {
        return Ok(());
    }
    Err(ProfileError::value(file, key, "must not be empty"))
}

/// A page that is no address.
pub(crate) fn reject_page(file: &str, page: &str) -> Checked {
    if page.strip_prefix("https://").is_some_and(|rest| rest.contains('.')) {
        return Ok(());
    }
    Err(ProfileError::value(file, "page", format!("`{page}` is not an address (https://…)")))
}

/// A core that is not in the table.
pub(crate) fn reject_unknown_core(file: &str, name: &str) -> Checked<&'static Core> {
    Core::find(name).ok_or_else(|| {
        let known: Vec<_> = CORES.iter().map(|core| core.name).collect();
        let fault = format!("`{name}` is not a known core; known: {}", known.join(", "));
        ProfileError::value(file, "core", fault)
    })
}

/// A target whose code the core cannot run.
pub(crate) fn reject_other_target(file: &str, core: &Core, target: &str) -> Checked {
    if core.targets.contains(&target) {
        return Ok(());
    }
    let fault = format!("`{target}` is not a target for {}; use {}", core.name, core.targets.join(" or "));
    Err(ProfileError::value(file, "target", fault))
}

/// Flash that no board has: most likely kilobytes instead of bytes.
pub(crate) fn reject_flash(file: &str, bytes: usize) -> Checked {
    if (1 << 10..=GIBIBYTE).contains(&bytes) {
        return Ok(());
    }
    let fault = format!("{bytes} is not a size in bytes between 1 KiB and 1 GiB");
    Err(ProfileError::value(file, "flash", fault))
}

/// No RAM, a region of no or an unlikely size, two of one name, none or several for the arena.
pub(crate) fn reject_ram(file: &str, ram: &[Region]) -> Checked {
    if ram.is_empty() {
        return Err(ProfileError::value(file, "ram", "no region; a board has at least one `[[ram]]`"));
    }
    for (index, region) in ram.iter().enumerate() {
        reject_blank(file, "ram.name", &region.name)?;
        if !(1 << 10..=GIBIBYTE).contains(&region.bytes) {
            let fault = format!(
                "{} of `{}` is not a size in bytes between 1 KiB and 1 GiB",
                region.bytes, region.name
            );
            return Err(ProfileError::value(file, "ram.bytes", fault));
        }
        if ram[..index].iter().any(|other| other.name == region.name) {
            return Err(ProfileError::value(file, "ram.name", format!("`{}` is there twice", region.name)));
        }
    }
    match ram.iter().filter(|region| region.arena).count() {
        1 => Ok(()),
        several => {
            let fault = format!("{several} regions have it; exactly one holds the statics and so the arena");
            Err(ProfileError::value(file, "ram.arena", fault))
        }
    }
}

/// A clock that is missing or not in Hz. Emulated machines may have none.
pub(crate) fn reject_clock(file: &str, clock: Option<u64>, emulator: bool) -> Checked {
    match clock {
        Some(hertz) => reject_frequency(file, "clock", hertz),
        None if emulator => Ok(()),
        None => Err(ProfileError::value(file, "clock", "missing; only an emulated machine may have none")),
    }
}

/// A frequency that no microcontroller runs at: most likely MHz instead of Hz.
pub(crate) fn reject_frequency(file: &str, key: &str, hertz: u64) -> Checked {
    if (1_000_000..=2_000_000_000).contains(&hertz) {
        return Ok(());
    }
    Err(ProfileError::value(file, key, format!("{hertz} is not a clock in Hz between 1 MHz and 2 GHz")))
}

/// A clock of the active current above the board's.
pub(crate) fn reject_faster_clock(file: &str, active: u64, board: Option<u64>) -> Checked {
    match board {
        Some(board) if active > board => {
            let fault = format!("{active} Hz is above the board's clock, {board} Hz");
            Err(ProfileError::value(file, "active.clock", fault))
        }
        _ => Ok(()),
    }
}

/// A voltage that does not supply a board: most likely millivolts.
pub(crate) fn reject_volts(file: &str, table: &str, volts: f64) -> Checked {
    if (0.5..=60.0).contains(&volts) {
        return Ok(());
    }
    let fault = format!("{volts} is not a supply in volts between 0.5 and 60");
    Err(ProfileError::value(file, format!("{table}.volts"), fault))
}

/// A status that is none of the three; `None` is an unknown figure.
pub(crate) fn reject_other_status(file: &str, table: &str, status: &str) -> Checked<Option<Status>> {
    match status {
        "typical" => Ok(Some(Status::Typical)),
        "measured" => Ok(Some(Status::Measured)),
        "unknown" => Ok(None),
        _ => {
            let fault = format!("`{status}` is not a status; use `typical`, `measured` or `unknown`");
            Err(ProfileError::value(file, format!("{table}.current.status"), fault))
        }
    }
}

/// A unit that is none of a current; returns how many of it make an ampere. `clock` makes `uA/MHz` a current.
pub(crate) fn reject_other_unit(file: &str, table: &str, unit: &str, clock: Option<u64>) -> Checked<f64> {
    match (unit, clock) {
        ("A", _) => Ok(1.0),
        ("mA", _) => Ok(1e3),
        ("uA", _) => Ok(1e6),
        ("nA", _) => Ok(1e9),
        ("uA/MHz", Some(clock)) => Ok(1e6 / (clock as f64 / 1e6)),
        (_, clock) => {
            let per_clock = if clock.is_some() { ", `uA/MHz`" } else { "" };
            let fault =
                format!("`{unit}` is not a unit of this current; use `A`, `mA`, `uA`, `nA`{per_clock}");
            Err(ProfileError::value(file, format!("{table}.current.unit"), fault))
        }
    }
}

/// A current that does not flow into a board.
pub(crate) fn reject_amperes(file: &str, table: &str, amperes: f64) -> Checked {
    if amperes > 0.0 && amperes <= 10.0 {
        return Ok(());
    }
    let fault = format!("{amperes} A is not a supply current above 0 and up to 10 A");
    Err(ProfileError::value(file, format!("{table}.current.value"), fault))
}

/// A figure that nobody states.
pub(crate) fn reject_missing_source(file: &str, table: &str, source: Option<String>) -> Checked<String> {
    let key = format!("{table}.current.source");
    match source {
        Some(source) => {
            reject_blank(file, &key, &source)?;
            Ok(source)
        }
        None => {
            let fault = "missing; name the document and its table or section, or set the status to `unknown`";
            Err(ProfileError::value(file, key, fault))
        }
    }
}

/// A key that a known figure needs.
pub(crate) fn reject_missing<T>(file: &str, key: &str, value: Option<T>) -> Checked<T> {
    value.ok_or_else(|| ProfileError::value(file, key, "missing; a known current needs it"))
}

/// A value of an unknown figure.
pub(crate) fn reject_invented(file: &str, key: &str, there: bool) -> Checked {
    if !there {
        return Ok(());
    }
    Err(ProfileError::value(
        file,
        key,
        "an unknown current has none; say `typical` or `measured` and where from",
    ))
}

/// A board's current that is not even marked unknown.
pub(crate) fn reject_missing_table<T>(file: &str, table: &str, value: Option<T>) -> Checked<T> {
    value.ok_or_else(|| {
        let fault = "missing; where nobody states a current, write `current = { status = \"unknown\" }`";
        ProfileError::value(file, table, fault)
    })
}

/// A current of an emulated machine.
pub(crate) fn reject_emulated_current(file: &str, table: &str, there: bool) -> Checked {
    if !there {
        return Ok(());
    }
    Err(ProfileError::value(file, table, "an emulated machine draws no current"))
}

/// A board that sleeps with more than it computes with: most likely the wrong unit.
pub(crate) fn reject_costly_sleep(file: &str, sleep: f64, active: f64) -> Checked {
    if sleep < active {
        return Ok(());
    }
    let fault = format!("{sleep} A is not below the active current, {active} A");
    Err(ProfileError::value(file, "sleep.current.value", fault))
}
